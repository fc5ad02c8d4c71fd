/** The table of runs: live, searched and sorted by the server, with an address that can be shared. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { experiments, runs } from "@/api/queries";
import type { RunRow, RunState } from "@/api/types";
import { count } from "@/format/amounts";
import { useNamespace } from "@/shell/namespace";
import { useTitle } from "@/shell/title";
import { text } from "@/text/en";
import { Button, ButtonLink } from "@/ui/button";
import { Empty, Failed, Loading } from "@/ui/states";
import { Table } from "@/ui/table";
import { columnsOf, standard } from "./columns";
import { Filters } from "./filters";
import { knownLengths } from "./lengths";
import { parseQuery } from "./query";
import { SelectionBar } from "./selection";

const PAGE = 100;
const words = text.runs;

export interface RunsSearch {
  q?: string;
  state?: string;
  sort?: string;
  cols?: string;
  archived?: string;
  experiment?: string;
}

export function RunsPage() {
  useTitle(words.title);
  const search = useSearch({ from: "/runs" });
  const navigate = useNavigate({ from: "/runs" });
  const namespace = useNamespace();
  const asked = useMemo(() => serverSearch(search, namespace), [search, namespace]);
  const list = useInfiniteQuery(runs(asked));
  const { data: known } = useQuery(experiments({ namespace, limit: 200 }));
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());

  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const total = list.data?.pages[0]?.total;
  const columns = useMemo(() => {
    const chosen = search.cols ? search.cols.split(",") : standard;
    const titles = new Map(known?.items.map((one) => [one.id, one.display_name || one.name]));
    return columnsOf(chosen, knownLengths(rows), titles);
  }, [search.cols, rows, known]);
  const change = useCallback(
    (to: Partial<RunsSearch>) =>
      void navigate({ search: (before) => ({ ...before, ...to }), replace: true }),
    [navigate],
  );
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) {
      void fetchNextPage();
    }
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  return (
    <div className="flex h-full flex-col">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 pt-3 pb-2">
        <h1 className="text-lg font-semibold tracking-tight">{words.title}</h1>
        <span role="status" className="text-xs text-muted">
          {rows.length > 0 &&
            (total === null || total === undefined
              ? text.table.shown(count(rows.length))
              : text.table.loaded(count(rows.length), count(total)))}
        </span>
      </header>
      <Filters search={search} change={change} rows={rows} />
      {selected.size > 0 && (
        <SelectionBar
          runIds={[...selected]}
          archived={search.archived === "1"}
          clear={() => setSelected(new Set())}
        />
      )}
      <div className="min-h-0 grow border-t border-line bg-panel">
        {list.isPending && <Loading />}
        {list.isError && <Failed error={list.error} again={() => void list.refetch()} />}
        {list.isSuccess && rows.length === 0 && <NoRuns search={search} change={change} />}
        {rows.length > 0 && (
          <Table<RunRow>
            label={words.title}
            columns={columns}
            rows={rows}
            rowKey={(run) => run.run_id}
            rowName={(run) => run.display_name}
            total={total}
            sort={search.sort ?? "-created_at"}
            onSort={(sort) => change({ sort })}
            onEnd={more}
            selection={{
              has: (key) => selected.has(key),
              toggle: (key) => setSelected(toggled(selected, key)),
              all: rows.every((run) => selected.has(run.run_id)),
              toggleAll: () =>
                setSelected(
                  rows.every((run) => selected.has(run.run_id))
                    ? new Set()
                    : new Set(rows.map((run) => run.run_id)),
                ),
            }}
          />
        )}
      </div>
    </div>
  );
}

function serverSearch(search: RunsSearch, namespace: string | undefined) {
  const { text: wanted, filter } = parseQuery(search.q ?? "");
  const states = (search.state?.split(",") ?? []) as RunState[];
  if (states.length > 0) {
    filter.push({ field: "state", op: "in", value: states });
  }
  return {
    namespace,
    text: wanted,
    experiment: search.experiment,
    filter: filter.length > 0 ? JSON.stringify(filter) : undefined,
    sort: search.sort ?? "-created_at",
    archived: search.archived === "1",
    limit: PAGE,
    total: 1,
  };
}

function toggled(set: ReadonlySet<string>, key: string): Set<string> {
  const next = new Set(set);
  if (!next.delete(key)) {
    next.add(key);
  }
  return next;
}

interface NoRunsProps {
  search: RunsSearch;
  change: (to: Partial<RunsSearch>) => void;
}

function NoRuns({ search, change }: NoRunsProps) {
  if (search.q || search.state || search.experiment || search.archived) {
    return (
      <Empty
        title={words.emptySearch}
        hint={words.emptySearchHint}
        action={
          <Button
            onClick={() =>
              change({ q: undefined, state: undefined, experiment: undefined, archived: undefined })
            }
          >
            {words.clearSearch}
          </Button>
        }
      />
    );
  }
  return (
    <Empty
      title={words.empty}
      hint={
        <>
          <p>{words.emptyHint}</p>
          <code className="mt-2 inline-block rounded bg-sunken px-2 py-1 text-xs text-ink">
            {words.emptyCommand}
          </code>
        </>
      }
      action={
        <ButtonLink to="/start" tone="primary">
          {words.start}
        </ButtonLink>
      }
    />
  );
}
