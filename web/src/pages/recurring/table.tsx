/** Recurring runs as a table; also that of one experiment. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { pipelines } from "@/api/queries";
import type { RecurringRun } from "@/api/types";
import { visible } from "@/format/safety";
import { useNamespace } from "@/shell/namespace";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { Ago } from "@/ui/clock";
import { type Column, Table } from "@/ui/table";
import { StateDots } from "../experiments/dots";
import { StandingBadge, TriggerWords } from "./trigger";

const words = placeText.recurring;

interface Props {
  rows: readonly RecurringRun[];
  sort?: string;
  onSort?: (sort: string) => void;
  onEnd?: () => void;
}

export function RecurringTable({ rows, sort, onSort, onEnd }: Props) {
  const namespace = useNamespace();
  const { data } = useQuery({ ...pipelines({ namespace, limit: 200 }), retry: false });
  const names = new Map(data?.items.map((one) => [one.id, one.display_name || one.name]));
  return (
    <Table
      label={words.title}
      columns={columns(names)}
      rows={rows}
      rowKey={(one) => one.id}
      rowName={(one) => one.display_name}
      sort={sort}
      onSort={onSort}
      onEnd={onEnd}
    />
  );
}

function columns(pipelineNames: ReadonlyMap<string, string>): Column<RecurringRun>[] {
  return [
    {
      id: "name",
      title: placeText.name,
      width: 220,
      sort: "display_name",
      render: (one) => (
        <Link
          to="/recurring/$recurringId"
          params={{ recurringId: one.id }}
          title={visible(one.display_name)}
          className="block truncate rounded font-medium hover:text-accent-ink hover:underline"
        >
          {visible(one.display_name)}
        </Link>
      ),
    },
    {
      id: "state",
      title: words.stateLabel,
      width: 90,
      render: (one) => <StandingBadge of={one} />,
    },
    {
      id: "trigger",
      title: words.trigger,
      width: 290,
      render: (one) => <TriggerWords of={one.trigger} />,
    },
    {
      id: "next",
      title: words.next,
      width: 100,
      render: (one) =>
        one.enabled === false ? (
          <span className="text-faint">{text.none}</span>
        ) : (
          <Ago at={one.next_tick_at} />
        ),
    },
    {
      id: "last",
      title: placeText.experiments.lastRuns,
      width: 120,
      render: (one) => (
        <StateDots search={{ filter: filterOf(one.id), namespace: one.namespace || undefined }} />
      ),
    },
    {
      id: "pipeline",
      title: words.pipeline,
      width: 170,
      render: (one) =>
        one.pipeline_id ? (
          visible(pipelineNames.get(one.pipeline_id) ?? one.pipeline_id)
        ) : (
          <span className="text-muted">{words.inline}</span>
        ),
    },
  ];
}

function filterOf(id: string): string {
  return JSON.stringify([{ field: "recurring_run_id", op: "eq", value: id }]);
}
