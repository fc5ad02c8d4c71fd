/** The columns that the table of runs can have. */
import { Link } from "@tanstack/react-router";
import type { RunRow, TaskState } from "@/api/types";
import { number, value } from "@/format/amounts";
import { visible } from "@/format/safety";
import { duration } from "@/format/times";
import { text } from "@/text/en";
import { Ago, useNow } from "@/ui/clock";
import { looks, StateBadge } from "@/ui/state";
import type { Column } from "@/ui/table";
import { compared } from "./lengths";
import { isOwnColumn, sortOf } from "./query";

export type Known = Map<string, number[]>;

const names = text.runs.columns;

/** The columns that are there by their names, in the order in which they are offered. */
export const offered = [
  "state",
  "progress",
  "pipeline",
  "duration",
  "parameters",
  "by",
  "experiment",
  "created",
  "started",
  "finished",
  "id",
] as const;

export const standard: readonly string[] = [
  "state",
  "progress",
  "pipeline",
  "duration",
  "parameters",
  "created",
];

export function columnTitle(id: string): string {
  return id in names ? names[id as keyof typeof names] : id.replace(/^(metric|param|tag)\./, "");
}

/** The chosen columns after the name, which is always there. */
export function columnsOf(
  chosen: readonly string[],
  known: Known,
  experiments: ReadonlyMap<string, string>,
): Column<RunRow>[] {
  const columns = chosen.map((id) => (isOwnColumn(id) ? own(id) : build(id, known, experiments)));
  return [nameColumn, ...columns.filter((column) => column !== null)];
}

const nameColumn: Column<RunRow> = {
  id: "name",
  title: names.name,
  width: 250,
  sort: "display_name",
  render: (run) => (
    <Link
      to="/runs/$runId"
      params={{ runId: run.run_id }}
      title={visible(run.display_name)}
      className="block truncate rounded font-medium hover:text-accent-ink hover:underline"
    >
      {visible(run.display_name || run.run_id)}
    </Link>
  ),
};

function own(id: string): Column<RunRow> {
  const [kind = "", ...rest] = id.split(".");
  const name = rest.join(".");
  return {
    id,
    title: visible(name),
    width: 110,
    sort: sortOf(id),
    end: kind !== "tag",
    render: (run) => {
      if (kind === "metric") {
        const metric = run.metrics?.[name];
        return metric === undefined ? text.none : number(metric ?? Number.NaN);
      }
      const shown =
        kind === "param" ? value(run.parameters?.[name]) : (run.tags?.[name] ?? text.none);
      return <span title={visible(shown)}>{visible(shown)}</span>;
    },
  };
}

function build(
  id: string,
  known: Known,
  experiments: ReadonlyMap<string, string>,
): Column<RunRow> | null {
  switch (id) {
    case "state":
      return {
        id,
        title: names.state,
        width: 118,
        sort: "state",
        render: (run) => <StateBadge state={run.state} />,
      };
    case "progress":
      return {
        id,
        title: names.progress,
        width: 110,
        render: (run) => <Progress of={run.progress ?? {}} />,
      };
    case "pipeline":
      return {
        id,
        title: names.pipeline,
        width: 160,
        sort: "pipeline",
        render: (run) => <span title={visible(run.pipeline)}>{visible(run.pipeline)}</span>,
      };
    case "experiment":
      return {
        id,
        title: names.experiment,
        width: 120,
        render: (run) => visible(experiments.get(run.experiment) ?? run.experiment),
      };
    case "duration":
      return {
        id,
        title: names.duration,
        width: 180,
        render: (run) => <DurationBar run={run} known={known} />,
      };
    case "parameters":
      return {
        id,
        title: names.parameters,
        width: 220,
        render: (run) => <Parameters of={run.parameters ?? {}} />,
      };
    case "by":
      return {
        id,
        title: names.by,
        width: 110,
        sort: "submitted_by",
        render: (run) => visible(run.submitted_by || text.none),
      };
    case "created":
    case "started":
    case "finished": {
      const field = `${id}_at` as const;
      return {
        id,
        title: names[id],
        width: 110,
        sort: field,
        render: (run) => <Ago at={run[field]} />,
      };
    }
    case "id":
      return {
        id,
        title: names.id,
        width: 150,
        render: (run) => <code className="text-xs">{visible(run.run_id)}</code>,
      };
    default:
      return null;
  }
}

const parts: TaskState[] = ["succeeded", "failed", "running", "canceled", "skipped", "pending"];

function Progress({ of }: { of: Partial<Record<TaskState, number>> }) {
  const total = parts.reduce((sum, state) => sum + (of[state] ?? 0), 0);
  if (total === 0) {
    return <span className="text-faint">{text.none}</span>;
  }
  const done = total - (of.pending ?? 0) - (of.running ?? 0);
  const label = text.runs.progressOf(done, total);
  return (
    <span role="img" aria-label={label} title={label} className="flex items-center gap-1.5">
      <span className="flex h-1.5 w-14 shrink-0 overflow-hidden rounded-full bg-line">
        {parts
          .filter((state) => state !== "pending" && of[state])
          .map((state) => (
            <span
              key={state}
              className={looks[state].fill}
              style={{ width: `${(100 * (of[state] ?? 0)) / total}%` }}
            />
          ))}
      </span>
      <span className="text-xs text-muted">
        {done}/{total}
      </span>
    </span>
  );
}

function DurationBar({ run, known }: { run: RunRow; known: Known }) {
  return run.finished_at || !run.started_at ? (
    <Bar run={run} known={known} now={0} />
  ) : (
    <GrowingBar run={run} known={known} />
  );
}

function GrowingBar({ run, known }: { run: RunRow; known: Known }) {
  return <Bar run={run} known={known} now={useNow()} />;
}

function Bar({ run, known, now }: { run: RunRow; known: Known; now: number }) {
  const length = compared(run, known, now);
  if (!length) {
    return <span className="text-faint">{text.none}</span>;
  }
  const shown = duration(length.seconds);
  const title =
    length.median === null ? shown : text.runs.durationOf(shown, duration(length.median));
  return (
    <span className="flex items-center gap-2" title={title}>
      <span className="w-[4.8rem] shrink-0 text-right">{shown}</span>
      <span aria-hidden className="relative h-1.5 grow rounded-full bg-line">
        <span
          className={`absolute inset-y-0 left-0 rounded-full ${run.state === "running" ? "bg-run" : "bg-line-strong"}`}
          style={{ width: `${Math.max(2, 100 * length.part)}%` }}
        />
        {length.mark !== null && (
          <span
            className="absolute -inset-y-1 w-0.5 bg-ink"
            style={{ left: `${100 * length.mark}%` }}
          />
        )}
      </span>
    </span>
  );
}

function Parameters({ of }: { of: NonNullable<RunRow["parameters"]> }) {
  const shown = Object.entries(of)
    .slice(0, 6)
    .map(([name, one]) => `${name}=${value(one)}`)
    .join("  ");
  return (
    <span className="font-mono text-xs text-muted" title={visible(shown)}>
      {visible(shown) || text.none}
    </span>
  );
}
