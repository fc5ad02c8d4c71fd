/** All models: with the metrics of the runs that made them, and the way to where they are from. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useDeferredValue, useMemo, useState } from "react";
import { useRunsNamed } from "@/api/places";
import { artifacts } from "@/api/queries";
import { count } from "@/format/amounts";
import { useNamespace } from "@/shell/namespace";
import { useTitle } from "@/shell/title";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { Heading, SearchField } from "@/ui/page-parts";
import { Empty, Failed, Loading } from "@/ui/states";
import { Table } from "@/ui/table";
import { columnsOf } from "./columns";
import { byMetric, commonMetrics, joined, metricOf } from "./rows";

const words = placeText.models;
const MOST_METRICS = 4;
/** Types of artifacts that are models. */
const TYPES = ["system.Model", "google.VertexModel", "google.UnmanagedContainerModel"];
const FILTER = JSON.stringify([{ field: "schema_title", op: "in", value: TYPES }]);

export function ModelsPage() {
  useTitle(words.title);
  const search = useSearch({ from: "/models" });
  const navigate = useNavigate({ from: "/models" });
  const namespace = useNamespace();
  const [typed, setTyped] = useState(search.q ?? "");
  const wanted = useDeferredValue(typed);
  const sort = search.sort ?? "-created_at";
  const metric = metricOf(sort);
  const list = useInfiniteQuery(
    artifacts({
      namespace,
      text: wanted,
      filter: FILTER,
      sort: metric === null ? sort : "-created_at",
      limit: 100,
    }),
  );
  const models = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const rows = useModelRows(models, namespace);
  const columns = useMemo(() => columnsOf(commonMetrics(rows, MOST_METRICS)), [rows]);
  const sorted = useMemo(() => byMetric(rows, sort), [rows, sort]);
  const change = (to: { q?: string; sort?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...to }), replace: true });
  const note =
    metric !== null && list.hasNextPage
      ? words.sortNote(count(rows.length))
      : text.table.shown(count(rows.length));
  return (
    <div className="flex h-full flex-col">
      <Heading title={words.title} note={rows.length > 0 && note} />
      <div className="flex flex-wrap gap-2 px-4 pb-2.5">
        <SearchField
          label={words.search}
          value={typed}
          onChange={(q) => {
            setTyped(q);
            change({ q: q || undefined });
          }}
        />
      </div>
      <div className="min-h-0 grow border-t border-line bg-panel">
        {list.isPending && <Loading />}
        {list.isError && <Failed error={list.error} again={() => void list.refetch()} />}
        {list.isSuccess && rows.length === 0 && (
          <Empty
            title={wanted ? words.emptySearch : words.empty}
            hint={wanted ? words.emptySearchHint : words.emptyHint}
          />
        )}
        {rows.length > 0 && (
          <Table
            label={words.title}
            columns={columns}
            rows={sorted}
            rowKey={(row) => row.stored.artifact.id}
            rowName={(row) => row.stored.artifact.name}
            sort={sort}
            onSort={(to) => change({ sort: to })}
            onEnd={() => list.hasNextPage && !list.isFetching && void list.fetchNextPage()}
          />
        )}
      </div>
    </div>
  );
}

function useModelRows(models: Parameters<typeof joined>[0], namespace: string | undefined) {
  const runIds = useMemo(() => [...new Set(models.map((one) => one.run_id))], [models]);
  const runs = useRunsNamed(runIds, namespace);
  return useMemo(() => joined(models, runs), [models, runs]);
}
