/** All experiments: how their last runs ended, made, archived and put back. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { experimentPages } from "@/api/places";
import type { Experiment } from "@/api/types";
import { count } from "@/format/amounts";
import { visible } from "@/format/safety";
import { useNamespace } from "@/shell/namespace";
import { useRights } from "@/shell/rights";
import { useTitle } from "@/shell/title";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { Button } from "@/ui/button";
import { Ago } from "@/ui/clock";
import { Heading, SearchField } from "@/ui/page-parts";
import { Empty, Failed, Loading } from "@/ui/states";
import { type Column, Table } from "@/ui/table";
import { NewExperiment } from "./create";
import { StateDots } from "./dots";

const words = placeText.experiments;

const columns: Column<Experiment>[] = [
  {
    id: "name",
    title: placeText.name,
    width: 220,
    sort: "display_name",
    render: (one) => (
      <Link
        to="/experiments/$experimentId"
        params={{ experimentId: one.id }}
        title={visible(one.display_name || one.name)}
        className="block truncate rounded font-medium hover:text-accent-ink hover:underline"
      >
        {visible(one.display_name || one.name)}
      </Link>
    ),
  },
  {
    id: "last",
    title: words.lastRuns,
    width: 150,
    render: (one) => (
      <StateDots search={{ experiment: one.id, namespace: one.namespace || undefined }} />
    ),
  },
  {
    id: "description",
    title: placeText.description,
    width: 280,
    render: (one) => (
      <span className="text-muted" title={visible(one.description ?? "")}>
        {visible(one.description || text.none)}
      </span>
    ),
  },
  {
    id: "last-at",
    title: words.lastRun,
    width: 110,
    sort: "last_run_created_at",
    render: (one) => <Ago at={one.last_run_created_at} />,
  },
  {
    id: "created",
    title: placeText.created,
    width: 110,
    sort: "created_at",
    render: (one) => <Ago at={one.created_at} />,
  },
];

export function ExperimentsPage() {
  useTitle(words.title);
  const search = useSearch({ from: "/experiments" });
  const navigate = useNavigate({ from: "/experiments" });
  const namespace = useNamespace();
  const { write } = useRights();
  const [creating, setCreating] = useState(false);
  const [typed, setTyped] = useState(search.q ?? "");
  const wanted = useDeferredValue(typed);
  const sort = search.sort ?? "-created_at";
  const archived = search.archived === "1";
  const list = useInfiniteQuery(
    experimentPages({ namespace, text: wanted, sort, archived, limit: 100 }),
  );
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const change = (to: { q?: string; sort?: string; archived?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...to }), replace: true });
  const create = write && (
    <Button tone="primary" onClick={() => setCreating(true)}>
      <Plus aria-hidden size={14} />
      {words.create}
    </Button>
  );
  return (
    <div className="flex h-full flex-col">
      <Heading title={words.title} note={rows.length > 0 && text.table.shown(count(rows.length))}>
        {create}
      </Heading>
      <div className="flex flex-wrap gap-2 px-4 pb-2.5">
        <SearchField
          label={words.search}
          value={typed}
          onChange={(q) => {
            setTyped(q);
            change({ q: q || undefined });
          }}
        />
        <label>
          <span className="sr-only">{words.show}</span>
          <select
            className="control"
            value={archived ? "1" : ""}
            onChange={(event) => change({ archived: event.target.value || undefined })}
          >
            <option value="">{words.current}</option>
            <option value="1">{words.archived}</option>
          </select>
        </label>
      </div>
      <div className="min-h-0 grow border-t border-line bg-panel">
        {list.isPending && <Loading />}
        {list.isError && <Failed error={list.error} again={() => void list.refetch()} />}
        {list.isSuccess && rows.length === 0 && <Nothing searched={wanted} archived={archived} />}
        {rows.length > 0 && (
          <Table
            label={words.title}
            columns={columns}
            rows={rows}
            rowKey={(one) => one.id}
            rowName={(one) => one.display_name || one.name}
            sort={sort}
            onSort={(to) => change({ sort: to })}
            onEnd={() => list.hasNextPage && !list.isFetching && void list.fetchNextPage()}
          />
        )}
      </div>
      {creating && <NewExperiment onClose={() => setCreating(false)} />}
    </div>
  );
}

function Nothing({ searched, archived }: { searched: string; archived: boolean }) {
  if (searched) {
    return <Empty title={words.emptySearch} hint={words.emptySearchHint} />;
  }
  return archived ? (
    <Empty title={words.emptyArchived} />
  ) : (
    <Empty title={words.empty} hint={words.emptyHint} />
  );
}
