/** What happened in a run, in order. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { runEvents } from "@/api/queries";
import type { HistoryEntry } from "@/api/types";
import { visible } from "@/format/safety";
import { iso, moment, timeOfDay } from "@/format/times";
import { text } from "@/text/en";
import { Button } from "@/ui/button";
import { Empty, Failed, Loading } from "@/ui/states";

interface Props {
  runId: string;
  /** Show what concerns this step only. */
  path?: string;
  onOpen: (path: string) => void;
}

export function RunEvents({ runId, path, onOpen }: Props) {
  const query = useInfiniteQuery(runEvents(runId));
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} again={() => void query.refetch()} />;
  }
  const entries = query.data.pages
    .flatMap((page) => page.items)
    .filter((entry) => path === undefined || entry.path === path);
  if (entries.length === 0) {
    return <Empty title={text.run.noEvents} />;
  }
  return (
    <div>
      <ol>
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} onOpen={path === undefined ? onOpen : undefined} />
        ))}
      </ol>
      {query.hasNextPage && (
        <Button className="m-4" onClick={() => void query.fetchNextPage()}>
          {text.loadMore}
        </Button>
      )}
    </div>
  );
}

function Entry({ entry, onOpen }: { entry: HistoryEntry; onOpen?: (path: string) => void }) {
  const { path } = entry;
  return (
    <li className="grid grid-cols-[5rem_minmax(0,1fr)] gap-x-3 border-b border-line px-4 py-1.5 sm:grid-cols-[5rem_9rem_minmax(0,1fr)]">
      <time
        dateTime={iso(entry.at)}
        title={moment(entry.at)}
        className="text-xs text-muted tabular-nums"
      >
        {timeOfDay(entry.at)}
      </time>
      <span className="truncate text-xs text-muted">
        {visible(entry.kind.replaceAll("_", " "))}
      </span>
      <span className="col-span-2 min-w-0 break-words sm:col-span-1">
        {path && onOpen && (
          <button
            type="button"
            className="mr-2 rounded font-mono text-xs text-accent-ink hover:underline"
            onClick={() => onOpen(path)}
          >
            {visible(path)}
          </button>
        )}
        {visible(entry.message ?? "")}
      </span>
    </li>
  );
}
