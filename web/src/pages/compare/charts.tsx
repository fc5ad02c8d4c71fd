/** Runs as points of a scatter plot, and as lines across parallel axes. */
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Run } from "@/api/types";
import { number } from "@/format/amounts";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import { type Axis, partOf } from "./numbers";

const words = text.compare;

interface Props {
  axes: readonly Axis[];
  runs: readonly Run[];
}

const WIDTH = 640;
const HEIGHT = 260;
const EDGE = 48;

export function Scatter({ axes, runs }: Props) {
  const [across, setAcross] = useState(axes[0]?.name ?? "");
  const [up, setUp] = useState(axes.at(-1)?.name ?? "");
  const navigate = useNavigate();
  const x = axes.find((axis) => axis.name === across) ?? axes[0];
  const y = axes.find((axis) => axis.name === up) ?? axes.at(-1);
  if (!x || !y) {
    return null;
  }
  const left = (value: number) => EDGE + partOf(x, value) * (WIDTH - 2 * EDGE);
  const top = (value: number) => HEIGHT - 40 - partOf(y, value) * (HEIGHT - 60);
  const points = runs.flatMap((run) => {
    const [a, b] = [x.values.get(run.run_id), y.values.get(run.run_id)];
    return a === undefined || b === undefined ? [] : [{ run, a, b }];
  });
  return (
    <figure>
      <figcaption className="mb-2 flex flex-wrap items-center gap-3 text-xs text-muted">
        <span className="font-semibold">{words.scatter}</span>
        <AxisChoice label={words.x} axes={axes} value={x.name} onChange={setAcross} />
        <AxisChoice label={words.y} axes={axes} value={y.name} onChange={setUp} />
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        className="w-full max-w-3xl text-muted"
        role="group"
        aria-label={`${words.scatter}: ${visible(x.name)}, ${visible(y.name)}`}
      >
        <path
          d={`M${EDGE} 12V${HEIGHT - 32}H${WIDTH - EDGE / 2}`}
          fill="none"
          stroke="currentColor"
          strokeWidth={1}
        />
        {[x.low, x.high].map((value) => (
          <text
            key={value}
            x={left(value)}
            y={HEIGHT - 16}
            textAnchor="middle"
            fontSize={11}
            className="fill-muted"
          >
            {number(value)}
          </text>
        ))}
        {[y.low, y.high].map((value) => (
          <text
            key={value}
            x={EDGE - 6}
            y={top(value) + 4}
            textAnchor="end"
            fontSize={11}
            className="fill-muted"
          >
            {number(value)}
          </text>
        ))}
        {points.map(({ run, a, b }) => {
          const told = `${visible(run.display_name)}: ${visible(x.name)} ${number(a)}, ${visible(y.name)} ${number(b)}`;
          return (
            <a
              key={run.run_id}
              href={`/runs/${encodeURIComponent(run.run_id)}`}
              aria-label={told}
              onClick={(event) => {
                event.preventDefault();
                void navigate({ to: "/runs/$runId", params: { runId: run.run_id } });
              }}
            >
              <circle
                cx={left(a)}
                cy={top(b)}
                r={6}
                className="fill-accent stroke-panel"
                strokeWidth={1.5}
              >
                <title>{told}</title>
              </circle>
            </a>
          );
        })}
      </svg>
    </figure>
  );
}

interface AxisChoiceProps {
  label: string;
  axes: readonly Axis[];
  value: string;
  onChange: (name: string) => void;
}

function AxisChoice({ label, axes, value, onChange }: AxisChoiceProps) {
  return (
    <label className="flex items-center gap-1.5">
      {label}
      <select className="control" value={value} onChange={(event) => onChange(event.target.value)}>
        {axes.map((axis) => (
          <option key={`${axis.kind} ${axis.name}`} value={axis.name}>
            {visible(axis.name)}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Parallel({ axes, runs }: Props) {
  const [lit, setLit] = useState<string | null>(null);
  const shown = axes.slice(0, 8);
  const width = Math.max(360, shown.length * 130);
  const last = shown.at(-1);
  if (shown.length < 2 || !last) {
    return null;
  }
  const left = (index: number) => 60 + (index * (width - 120)) / (shown.length - 1);
  const top = (part: number) => 230 - part * 180;
  return (
    <figure>
      <figcaption className="mb-2 text-xs font-semibold text-muted">{words.parallel}</figcaption>
      <div role="region" aria-label={words.parallel} tabIndex={0} className="overflow-x-auto">
        <svg
          viewBox={`0 0 ${width} 270`}
          className="text-muted"
          style={{ width, maxWidth: "none" }}
          role="img"
          aria-label={`${words.parallel}: ${shown.map((axis) => visible(axis.name)).join(", ")}`}
        >
          {shown.map((axis, index) => (
            <g key={`${axis.kind} ${axis.name}`}>
              <line
                x1={left(index)}
                x2={left(index)}
                y1={top(0)}
                y2={top(1)}
                stroke="currentColor"
              />
              <text
                x={left(index)}
                y={22}
                textAnchor="middle"
                fontSize={11}
                className={`fill-ink ${axis.kind === "metric" ? "font-semibold" : ""}`}
              >
                {visible(axis.name).slice(0, 18)}
              </text>
              <text x={left(index)} y={42} textAnchor="middle" fontSize={10} className="fill-muted">
                {number(axis.high)}
              </text>
              <text
                x={left(index)}
                y={246}
                textAnchor="middle"
                fontSize={10}
                className="fill-muted"
              >
                {number(axis.low)}
              </text>
            </g>
          ))}
          {runs.map((run) => (
            <path
              key={run.run_id}
              d={lineOf(run, shown, left, top)}
              fill="none"
              stroke="currentColor"
              strokeWidth={lit === run.run_id ? 3 : 1.6}
              opacity={lit === null || lit === run.run_id ? 0.85 : 0.2}
              className="text-accent"
              onPointerEnter={() => setLit(run.run_id)}
              onPointerLeave={() => setLit(null)}
            >
              <title>{visible(run.display_name)}</title>
            </path>
          ))}
        </svg>
      </div>
    </figure>
  );
}

function lineOf(
  run: Run,
  axes: readonly Axis[],
  left: (index: number) => number,
  top: (part: number) => number,
): string {
  let path = "";
  for (const [index, axis] of axes.entries()) {
    const value = axis.values.get(run.run_id);
    if (value !== undefined) {
      path += `${path ? "L" : "M"}${left(index).toFixed(1)} ${top(partOf(axis, value)).toFixed(1)}`;
    }
  }
  return path;
}
