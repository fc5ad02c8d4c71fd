/** The states of the newest runs of something, as dots that are links. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Search } from "@/api/client";
import { lastRuns } from "@/api/places";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { looks } from "@/ui/state";

const SHOWN = 5;

/** The newest runs that a search finds, the newest on the right. */
export function StateDots({ search }: { search: Search }) {
  const { data } = useQuery(lastRuns({ ...search, sort: "-created_at", limit: SHOWN }));
  if (!data || data.items.length === 0) {
    return <span className="text-faint">{data ? text.none : ""}</span>;
  }
  return (
    <ul aria-label={placeText.experiments.lastRuns} className="flex items-center">
      {[...data.items].reverse().map((run) => {
        const name = `${visible(run.display_name)}: ${text.states[run.state]}`;
        const { icon: Icon, ink } = looks[run.state];
        return (
          <li key={run.run_id}>
            <Link
              to="/runs/$runId"
              params={{ runId: run.run_id }}
              aria-label={name}
              title={name}
              className={`grid size-[1.75rem] place-items-center rounded hover:bg-sunken ${ink}`}
            >
              <Icon aria-hidden size={13} strokeWidth={2.5} />
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
