/** The columns of the runs that a recurring run made. */
import { Link } from "@tanstack/react-router";
import type { RunRow } from "@/api/types";
import { visible } from "@/format/safety";
import { moment } from "@/format/times";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { Ago, Elapsed } from "@/ui/clock";
import { StateBadge } from "@/ui/state";
import type { Column } from "@/ui/table";

export const historyColumns: Column<RunRow>[] = [
  {
    id: "name",
    title: text.runs.columns.name,
    width: 200,
    render: (run) => (
      <Link
        to="/runs/$runId"
        params={{ runId: run.run_id }}
        title={visible(run.display_name)}
        className="block truncate rounded font-medium hover:text-accent-ink hover:underline"
      >
        {visible(run.display_name)}
      </Link>
    ),
  },
  {
    id: "state",
    title: text.runs.columns.state,
    width: 118,
    render: (run) => <StateBadge state={run.state} />,
  },
  {
    id: "due",
    title: placeText.recurring.due,
    width: 225,
    render: (run) => (run.scheduled_at ? moment(run.scheduled_at) : text.none),
  },
  {
    id: "created",
    title: text.runs.columns.created,
    width: 110,
    render: (run) => <Ago at={run.created_at} />,
  },
  {
    id: "duration",
    title: text.runs.columns.duration,
    width: 110,
    end: true,
    render: (run) => (
      <Elapsed
        from={run.started_at}
        to={run.finished_at}
        going={run.state === "running" || run.state === "canceling"}
      />
    ),
  },
];
