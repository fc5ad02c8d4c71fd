/** How much of a resource is used, and by which runs. */
import { Link } from "@tanstack/react-router";
import { bytes, number } from "@/format/amounts";
import { visible } from "@/format/safety";
import { placeText } from "@/text/en-places";
import type { Gauge, Share } from "./shares";

const words = placeText.cluster;
/** Told apart by brightness as well, and named in the list below. */
const FILLS = ["bg-run", "bg-accent", "bg-reuse", "bg-ok", "bg-wait"];
const SHOWN = 5;

interface Props {
  of: Gauge;
  names: ReadonlyMap<string, string>;
}

export function GaugeCard({ of, names }: Props) {
  const title = titleOf(of.resource);
  const amount = of.resource === "memory" ? bytes : number;
  const part = of.total > 0 ? of.used / of.total : 0;
  const percent = `${Math.round(part * 100)}%`;
  return (
    <section aria-label={title} className="rounded-lg border border-line bg-panel p-4">
      <div className="flex items-baseline justify-between gap-3">
        <h2 className="font-semibold">{title}</h2>
        <span className="text-muted">{words.of(amount(of.used), amount(of.total))}</span>
      </div>
      <div
        role="meter"
        aria-label={words.used(title, percent)}
        aria-valuemin={0}
        aria-valuemax={of.total}
        aria-valuenow={Math.min(of.used, of.total)}
        className="my-3 flex h-3 gap-px overflow-hidden rounded-full bg-line"
      >
        {of.shares.map((share, index) => (
          <span
            key={share.runId ?? ""}
            className={fillOf(share, index)}
            style={{ width: `${(100 * share.amount) / Math.max(of.total, of.used)}%` }}
          />
        ))}
      </div>
      <p className="text-xs text-muted">{words.free(amount(Math.max(0, of.total - of.used)))}</p>
      {of.shares.length > 0 && (
        <ul className="mt-2 flex flex-col gap-1">
          {of.shares.slice(0, SHOWN).map((share, index) => (
            <li key={share.runId ?? ""} className="flex min-w-0 items-center gap-2 text-xs">
              <span
                aria-hidden
                className={`size-2.5 shrink-0 rounded-sm ${fillOf(share, index)}`}
              />
              <UserOf share={share} names={names} />
              <span className="ml-auto shrink-0">{amount(share.amount)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function UserOf({ share, names }: { share: Share; names: ReadonlyMap<string, string> }) {
  if (share.runId === null) {
    return <span className="truncate text-muted">{words.others}</span>;
  }
  return (
    <span className="flex min-w-0 gap-2">
      <Link
        to="/runs/$runId"
        params={{ runId: share.runId }}
        className="truncate rounded hover:underline"
      >
        {visible(names.get(share.runId) ?? share.runId)}
      </Link>
      <span className="shrink-0 text-muted">{words.stepsOf(share.steps)}</span>
    </span>
  );
}

function fillOf(share: Share, index: number): string {
  return share.runId === null ? "bg-line-strong" : (FILLS[index % FILLS.length] ?? "");
}

function titleOf(resource: string): string {
  if (resource === "cpu") {
    return words.cpu;
  }
  return resource === "memory" ? words.memory : visible(resource);
}
