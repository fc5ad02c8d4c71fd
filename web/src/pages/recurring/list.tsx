/** All recurring runs: whether they are on, when they fire in words, and what came of them. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { recurringRuns } from "@/api/places";
import { count } from "@/format/amounts";
import { useNamespace } from "@/shell/namespace";
import { useRights } from "@/shell/rights";
import { useTitle } from "@/shell/title";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { ButtonLink } from "@/ui/button";
import { Heading, SearchField } from "@/ui/page-parts";
import { Empty, Failed, Loading } from "@/ui/states";
import { RecurringTable } from "./table";

const words = placeText.recurring;

export function RecurringPage() {
  useTitle(words.title);
  const search = useSearch({ from: "/recurring" });
  const navigate = useNavigate({ from: "/recurring" });
  const namespace = useNamespace();
  const { write } = useRights();
  const [typed, setTyped] = useState(search.q ?? "");
  const wanted = useDeferredValue(typed);
  const sort = search.sort ?? "-created_at";
  const list = useInfiniteQuery(recurringRuns({ namespace, text: wanted, sort, limit: 100 }));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const change = (to: { q?: string; sort?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...to }), replace: true });
  const create = write && (
    <ButtonLink to="/recurring/new" tone="primary">
      <Plus aria-hidden size={14} />
      {words.create}
    </ButtonLink>
  );
  return (
    <div className="flex h-full flex-col">
      <Heading title={words.title} note={rows.length > 0 && text.table.shown(count(rows.length))}>
        {rows.length > 0 && create}
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
      </div>
      <div className="min-h-0 grow border-t border-line bg-panel">
        {list.isPending && <Loading />}
        {list.isError && <Failed error={list.error} again={() => void list.refetch()} />}
        {list.isSuccess &&
          rows.length === 0 &&
          (wanted ? (
            <Empty title={words.emptySearch} hint={words.emptySearchHint} />
          ) : (
            <Empty title={words.empty} hint={words.emptyHint} action={create} />
          ))}
        {rows.length > 0 && (
          <RecurringTable
            rows={rows}
            sort={sort}
            onSort={(to) => change({ sort: to })}
            onEnd={() => list.hasNextPage && !list.isFetching && void list.fetchNextPage()}
          />
        )}
      </div>
    </div>
  );
}
