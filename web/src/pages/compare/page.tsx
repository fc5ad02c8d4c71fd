/** Runs side by side: what went in, what came out, how the steps went, and what changed in the code. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { X } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { comparison } from "@/api/queries";
import type { ComparedValue, Comparison, Json, Run, TaskOutcome } from "@/api/types";
import { number, value } from "@/format/amounts";
import { visible } from "@/format/safety";
import { duration } from "@/format/times";
import { text } from "@/text/en";
import { ButtonLink, IconButton } from "@/ui/button";
import { PageFrame } from "@/ui/page";
import { StateBadge, shown } from "@/ui/state";
import { Empty, Failed, Loading } from "@/ui/states";
import { Section } from "@/ui/texts";
import { Artifacts } from "./artifacts";
import { Parallel, Scatter } from "./charts";
import { Curves } from "./curves";
import { Documents } from "./documents";
import { axesOf } from "./numbers";

const words = text.compare;

export function ComparePage() {
  const search = useSearch({ from: "/compare" });
  const ids = useMemo(
    () => [...new Set((search.runs ?? "").split(",").filter(Boolean))],
    [search.runs],
  );
  const query = useQuery(comparison(ids));
  return (
    <PageFrame title={words.title} actions={<ButtonLink to="/runs">{words.choose}</ButtonLink>}>
      {ids.length === 0 && <Empty title={words.none} hint={words.noneHint} />}
      {ids.length > 0 && query.isPending && <Loading />}
      {query.isError && <Failed error={query.error} again={() => void query.refetch()} />}
      {query.data && <Shown of={query.data} />}
    </PageFrame>
  );
}

function Shown({ of }: { of: Comparison }) {
  const search = useSearch({ from: "/compare" });
  const navigate = useNavigate({ from: "/compare" });
  const onlyDifferent = search.all !== "1";
  const axes = useMemo(() => axesOf(of), [of]);
  const keep = <T extends { differs: boolean }>(rows: readonly T[]): T[] =>
    rows.filter((row) => row.differs || !onlyDifferent);
  const leaveOut = (runId: string) =>
    void navigate({
      search: (before) => ({
        ...before,
        runs: of.runs
          .map((run) => run.run_id)
          .filter((id) => id !== runId)
          .join(","),
      }),
    });
  return (
    <>
      <div className="flex items-center gap-4 px-4 py-2">
        <label className="flex items-center gap-2 text-xs">
          <input
            type="checkbox"
            className="accent-accent"
            checked={onlyDifferent}
            onChange={(event) =>
              void navigate({
                search: (before) => ({ ...before, all: event.target.checked ? undefined : "1" }),
                replace: true,
              })
            }
          />
          {words.onlyDifferences}
        </label>
      </div>
      <Side
        runs={of.runs}
        label={words.parameters}
        onLeaveOut={leaveOut}
        rows={keep(of.parameters)}
        cell={(row, id) => <ValueCell of={row.values[id]} />}
      />
      <Side
        runs={of.runs}
        label={words.metrics}
        rows={keep(of.metrics)}
        cell={(row, id) => <MetricCell row={row} id={id} />}
      />
      <Section title={words.charts}>
        {axes.length < 2 ? (
          <p className="text-muted">{words.few}</p>
        ) : (
          <div className="flex flex-col gap-6">
            <Scatter axes={axes} runs={of.runs} />
            <Parallel axes={axes} runs={of.runs} />
          </div>
        )}
      </Section>
      <Curves runs={of.runs} />
      <Artifacts runs={of.runs} />
      <Side
        runs={of.runs}
        label={words.steps}
        rows={keep(of.tasks.map((task) => ({ ...task, name: task.path })))}
        cell={(row, id) => <OutcomeCell of={row.values[id]} runId={id} path={row.name} />}
      />
      {of.runs.length > 1 && <Documents runs={of.runs} />}
    </>
  );
}

interface SideProps<Row> {
  runs: readonly Run[];
  label: string;
  rows: readonly Row[];
  cell: (row: Row, runId: string) => ReactNode;
  onLeaveOut?: (runId: string) => void;
}

/** A table with a column for each run, whose first column stays in sight. */
function Side<Row extends { name: string; differs: boolean }>({
  runs,
  label,
  rows,
  cell,
  onLeaveOut,
}: SideProps<Row>) {
  const fixed =
    "sticky left-0 z-10 w-44 max-w-44 truncate border-b border-line bg-panel px-4 py-1.5 text-left";
  return (
    <Section title={label}>
      <div role="region" aria-label={label} tabIndex={0} className="-mx-4 overflow-x-auto">
        <table className="border-separate border-spacing-0">
          <thead>
            <tr>
              <th scope="col" className={`${fixed} text-xs font-medium text-muted`}>
                {label}
              </th>
              {runs.map((run) => (
                <th
                  key={run.run_id}
                  scope="col"
                  className="max-w-56 min-w-36 border-b border-line px-2 py-1.5 text-left font-medium"
                >
                  <span className="flex items-center gap-1">
                    <Link
                      to="/runs/$runId"
                      params={{ runId: run.run_id }}
                      title={visible(run.display_name)}
                      className="truncate hover:text-accent-ink hover:underline"
                    >
                      {visible(run.display_name)}
                    </Link>
                    {onLeaveOut && (
                      <IconButton
                        label={words.remove(visible(run.display_name))}
                        className="size-6!"
                        onClick={() => onLeaveOut(run.run_id)}
                      >
                        <X aria-hidden size={12} />
                      </IconButton>
                    )}
                  </span>
                  {onLeaveOut && <StateBadge state={run.state} />}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name}>
                <th
                  scope="row"
                  title={visible(row.name)}
                  className={`${fixed} font-mono text-xs font-normal`}
                >
                  {row.differs && (
                    <span className="mr-1 text-wait" title={words.onlyDifferences}>
                      ≠
                    </span>
                  )}
                  {visible(row.name)}
                </th>
                {runs.map((run) => (
                  <td
                    key={run.run_id}
                    className={`max-w-56 border-b border-line px-2 py-1.5 ${row.differs ? "bg-wait-soft" : ""}`}
                  >
                    {cell(row, run.run_id)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 && <p className="px-4 py-2 text-muted">{words.noDifferences}</p>}
      </div>
    </Section>
  );
}

function ValueCell({ of }: { of: Json | undefined }) {
  const shown = visible(value(of));
  return (
    <code className="block truncate text-xs" title={shown}>
      {shown}
    </code>
  );
}

function MetricCell({ row, id }: { row: ComparedValue; id: string }) {
  const here = row.values[id];
  if (typeof here !== "number") {
    return <span className="text-muted">{text.none}</span>;
  }
  const all = Object.values(row.values).filter((one) => typeof one === "number");
  const highest = row.differs && here === Math.max(...all);
  return (
    <span className={`tabular-nums ${highest ? "font-semibold" : ""}`}>
      {number(here)}
      {highest && <span className="ml-1 text-2xs font-normal text-muted">{words.best}</span>}
    </span>
  );
}

function OutcomeCell({
  of,
  runId,
  path,
}: {
  of: TaskOutcome | undefined;
  runId: string;
  path: string;
}) {
  if (!of) {
    return <span className="text-muted">{text.none}</span>;
  }
  return (
    <Link
      to="/runs/$runId"
      params={{ runId }}
      search={{ step: path }}
      className="flex items-center gap-2"
    >
      <StateBadge state={shown(of)} />
      {of.seconds !== null && of.seconds !== undefined && (
        <span className="text-xs">{duration(of.seconds)}</span>
      )}
    </Link>
  );
}
