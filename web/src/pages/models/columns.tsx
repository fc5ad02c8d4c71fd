/** The columns of the table of models: some are the metrics of the runs that made them. */
import { Link } from "@tanstack/react-router";
import { Workflow } from "lucide-react";
import type { RunRow } from "@/api/types";
import { bytes, number } from "@/format/amounts";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { Ago } from "@/ui/clock";
import { StateIcon } from "@/ui/state";
import type { Column } from "@/ui/table";
import type { ModelRow } from "./rows";

const words = placeText.models;

export function columnsOf(metrics: readonly string[]): Column<ModelRow>[] {
  return [
    nameColumn,
    { id: "run", title: words.run, width: 320, render: (row) => <RunOf row={row} /> },
    ...metrics.map(metricColumn),
    {
      id: "framework",
      title: words.framework,
      width: 110,
      render: ({ stored }) => {
        const { framework } = stored.artifact.metadata ?? {};
        return typeof framework === "string" ? visible(framework) : text.none;
      },
    },
    {
      id: "size",
      title: words.size,
      width: 100,
      end: true,
      render: ({ stored }) => bytes(stored.artifact.size),
    },
    {
      id: "created",
      title: words.created,
      width: 110,
      sort: "created_at",
      render: ({ stored }) => <Ago at={stored.created_at} />,
    },
    { id: "lineage", title: words.lineage, width: 90, render: lineageLink },
  ];
}

const nameColumn: Column<ModelRow> = {
  id: "name",
  title: words.name,
  width: 170,
  sort: "name",
  render: ({ stored: { artifact } }) => (
    <Link
      to="/artifacts/$artifactId"
      params={{ artifactId: artifact.id }}
      title={visible(artifact.name)}
      className="block truncate rounded font-medium hover:text-accent-ink hover:underline"
    >
      {visible(artifact.name)}
    </Link>
  ),
};

function lineageLink({ stored: { artifact } }: ModelRow) {
  const name = words.lineageOf(visible(artifact.name));
  return (
    <Link
      to="/artifacts/$artifactId"
      params={{ artifactId: artifact.id }}
      search={{ view: "lineage" }}
      aria-label={name}
      title={name}
      className="inline-grid size-[1.75rem] place-items-center rounded text-muted hover:bg-sunken hover:text-ink"
    >
      <Workflow aria-hidden size={14} />
    </Link>
  );
}

function metricColumn(name: string): Column<ModelRow> {
  return {
    id: `metric.${name}`,
    title: visible(name),
    width: 110,
    sort: `metric.${name}`,
    end: true,
    render: ({ run }) => {
      const value = run?.metrics?.[name] ?? undefined;
      return value === undefined ? <span className="text-faint">{text.none}</span> : number(value);
    },
  };
}

function RunOf({ row: { run, stored } }: { row: ModelRow }) {
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      {run && <StateIcon state={run.state} />}
      <Link
        to="/runs/$runId"
        params={{ runId: stored.run_id }}
        search={{ step: stored.path }}
        title={titleOf(run, stored.run_id)}
        className="min-w-16 truncate rounded hover:text-accent-ink hover:underline"
      >
        {visible(run?.display_name || stored.run_id)}
      </Link>
      <span
        title={visible(stored.path)}
        className="max-w-36 shrink-0 truncate font-mono text-2xs text-muted"
      >
        {visible(stepOf(stored.path))}
      </span>
    </span>
  );
}

/** The end of a path: the step, and the iteration that it is of. */
function stepOf(path: string): string {
  const [step = "", above] = path.split("/").reverse();
  return above?.endsWith("]") ? `${above}/${step}` : step;
}

function titleOf(run: RunRow | undefined, runId: string): string {
  return run ? visible(`${run.display_name} (${run.pipeline}): ${text.states[run.state]}`) : runId;
}
