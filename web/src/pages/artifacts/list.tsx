/** All artifacts: searched, by type, with what made them. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { useCallback, useDeferredValue, useMemo, useState } from "react";
import { artifacts } from "@/api/queries";
import type { StoredArtifact } from "@/api/types";
import { bytes, count } from "@/format/amounts";
import { visible } from "@/format/safety";
import { typeName } from "@/format/types";
import { useNamespace } from "@/shell/namespace";
import { useTitle } from "@/shell/title";
import { text } from "@/text/en";
import { Ago } from "@/ui/clock";
import { Empty, Failed, Loading } from "@/ui/states";
import { type Column, Table } from "@/ui/table";

const words = text.artifacts;
const TYPES = [
  "Dataset",
  "Model",
  "Metrics",
  "ClassificationMetrics",
  "SlicedClassificationMetrics",
  "HTML",
  "Markdown",
  "Artifact",
];

const columns: Column<StoredArtifact>[] = [
  {
    id: "name",
    title: words.name,
    width: 220,
    sort: "name",
    render: ({ artifact }) => (
      <Link
        to="/artifacts/$artifactId"
        params={{ artifactId: artifact.id }}
        title={visible(artifact.name)}
        className="block truncate rounded font-medium hover:text-accent-ink hover:underline"
      >
        {visible(artifact.name)}
      </Link>
    ),
  },
  {
    id: "type",
    title: words.type,
    width: 150,
    render: ({ artifact }) => visible(typeName(artifact.schema_title)),
  },
  {
    id: "step",
    title: words.madeBy,
    width: 260,
    render: (one) => (
      <Link
        to="/runs/$runId"
        params={{ runId: one.run_id }}
        search={{ step: one.path }}
        className="block truncate font-mono text-xs text-muted hover:underline"
      >
        {visible(`${one.run_id}/${one.path}`)}
      </Link>
    ),
  },
  {
    id: "size",
    title: words.size,
    width: 100,
    end: true,
    render: ({ artifact }) => bytes(artifact.size),
  },
  {
    id: "digest",
    title: words.digest,
    width: 140,
    render: ({ artifact }) => (
      <code className="text-xs text-muted">
        {artifact.digest?.replace("sha256:", "").slice(0, 12) ?? text.none}
      </code>
    ),
  },
  {
    id: "created",
    title: words.created,
    width: 120,
    sort: "created_at",
    render: (one) => <Ago at={one.created_at} />,
  },
];

export function ArtifactsPage() {
  useTitle(words.title);
  const search = useSearch({ from: "/artifacts" });
  const navigate = useNavigate({ from: "/artifacts" });
  const namespace = useNamespace();
  const [typed, setTyped] = useState(search.q ?? "");
  const wanted = useDeferredValue(typed);
  const sort = search.sort ?? "-created_at";
  const list = useInfiniteQuery(
    artifacts({
      namespace,
      text: wanted,
      type: search.type ? `system.${search.type}` : undefined,
      sort,
      limit: 100,
    }),
  );
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) {
      void fetchNextPage();
    }
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const change = (to: { q?: string; type?: string; sort?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...to }), replace: true });
  return (
    <div className="flex h-full flex-col">
      <header className="flex items-center gap-3 px-4 pt-3 pb-2">
        <h1 className="text-lg font-semibold tracking-tight">{words.title}</h1>
        <span role="status" className="text-xs text-muted">
          {rows.length > 0 && text.table.shown(count(rows.length))}
        </span>
      </header>
      <div className="flex flex-wrap gap-2 px-4 pb-2.5">
        <label className="relative min-w-52 grow basis-72">
          <span className="sr-only">{words.search}</span>
          <Search aria-hidden size={14} className="absolute top-2 left-2.5 text-faint" />
          <input
            data-search
            type="search"
            className="control w-full pl-8!"
            placeholder={words.search}
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
              change({ q: event.target.value || undefined });
            }}
          />
        </label>
        <label>
          <span className="sr-only">{words.type}</span>
          <select
            className="control"
            value={search.type ?? ""}
            onChange={(event) => change({ type: event.target.value || undefined })}
          >
            <option value="">{text.all}</option>
            {TYPES.map((type) => (
              <option key={type} value={type}>
                {type}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div className="min-h-0 grow border-t border-line bg-panel">
        {list.isPending && <Loading />}
        {list.isError && <Failed error={list.error} again={() => void list.refetch()} />}
        {list.isSuccess && rows.length === 0 && (
          <Empty title={words.empty} hint={words.emptyHint} />
        )}
        {rows.length > 0 && (
          <Table
            label={words.title}
            columns={columns}
            rows={rows}
            rowKey={(one) => one.artifact.id}
            rowName={(one) => one.artifact.name}
            sort={sort}
            onSort={(to) => change({ sort: to })}
            onEnd={more}
          />
        )}
      </div>
    </div>
  );
}
