/** ROC curves, one or several over each other. */
import { number } from "@/format/amounts";
import { visible } from "@/format/safety";
import type { RocPoint } from "@/previews/types";
import { text } from "@/text/en";

const words = text.charts;
const SIZE = 320;
const EDGE = 40;
const INNER = SIZE - EDGE - 10;

export interface Curve {
  name: string;
  points: readonly RocPoint[];
  auc?: number | null;
}

/** Colours and dashes that tell curves apart, also without colour. */
const looks = [
  ["text-accent", ""],
  ["text-ok", "6 3"],
  ["text-bad", "2 3"],
  ["text-wait", "8 3 2 3"],
  ["text-reuse", "12 4"],
  ["text-run", "1 3"],
] as const;

export function RocChart({ curves }: { curves: readonly Curve[] }) {
  return (
    <figure className="flex flex-wrap items-start gap-4">
      <svg
        role="img"
        aria-label={labelOf(curves)}
        viewBox={`0 0 ${SIZE} ${SIZE}`}
        className="w-80 max-w-full shrink-0 text-muted"
      >
        {[0, 0.25, 0.5, 0.75, 1].map((at) => (
          <g key={at} className="text-line">
            <line x1={x(at)} y1={y(0)} x2={x(at)} y2={y(1)} stroke="currentColor" />
            <line x1={x(0)} y1={y(at)} x2={x(1)} y2={y(at)} stroke="currentColor" />
            <text x={x(at)} y={y(0) + 14} textAnchor="middle" fontSize={10} className="fill-muted">
              {at}
            </text>
            <text x={x(0) - 6} y={y(at) + 3} textAnchor="end" fontSize={10} className="fill-muted">
              {at}
            </text>
          </g>
        ))}
        <line x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} stroke="currentColor" strokeDasharray="4 4" />
        <text x={x(0.5)} y={SIZE - 6} textAnchor="middle" fontSize={11} className="fill-muted">
          {words.rocAxisX}
        </text>
        <text
          x={12}
          y={y(0.5)}
          textAnchor="middle"
          fontSize={11}
          className="fill-muted"
          transform={`rotate(-90 12 ${y(0.5)})`}
        >
          {words.rocAxisY}
        </text>
        {curves.map((curve, index) => {
          const [ink, dash] = lookOf(index);
          return (
            <polyline
              key={curve.name}
              points={line(curve.points)}
              fill="none"
              stroke="currentColor"
              strokeWidth={2}
              strokeDasharray={dash}
              className={ink}
            />
          );
        })}
      </svg>
      <figcaption>
        <ul className="flex flex-col gap-1 text-xs">
          {curves.map((curve, index) => {
            const [ink, dash] = lookOf(index);
            return (
              <li key={curve.name} className="flex items-center gap-2">
                <svg aria-hidden width={24} height={8} className={ink}>
                  <line
                    x1={0}
                    y1={4}
                    x2={24}
                    y2={4}
                    stroke="currentColor"
                    strokeWidth={2}
                    strokeDasharray={dash}
                  />
                </svg>
                {visible(curve.name)}
                {curve.auc !== null && curve.auc !== undefined && (
                  <span className="text-muted">
                    {words.auc}: {number(curve.auc)}
                  </span>
                )}
              </li>
            );
          })}
        </ul>
      </figcaption>
    </figure>
  );
}

const lookOf = (index: number) => looks[index % looks.length] ?? looks[0];
const x = (value: number): number => EDGE + value * INNER;
const y = (value: number): number => 10 + (1 - value) * INNER;
const line = (points: readonly RocPoint[]): string =>
  points.map(({ fpr, tpr }) => `${x(fpr).toFixed(1)},${y(tpr).toFixed(1)}`).join(" ");

function labelOf(curves: readonly Curve[]): string {
  const told = curves.map(({ name, auc }) =>
    auc ? `${visible(name)} ${words.auc} ${number(auc)}` : visible(name),
  );
  return `${words.roc}: ${told.join(", ")}`;
}
