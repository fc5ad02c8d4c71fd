/** What was done and by whom, the newest first. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { me } from "@/api/queries";
import { type AuditEntry, auditEntries } from "@/api/settings";
import { visible } from "@/format/safety";
import { moment } from "@/format/times";
import { useNamespace } from "@/shell/namespace";
import { useRights } from "@/shell/rights";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { Ago } from "@/ui/clock";
import { Badge } from "@/ui/page-parts";
import { Empty, Failed, Loading } from "@/ui/states";
import { type Column, Table } from "@/ui/table";

const words = placeText.settings.audit;
const ACTIONS = [
  "create",
  "update",
  "put",
  "delete",
  "terminate",
  "retry",
  "archive",
  "restore",
  "enable",
  "disable",
  "backfill",
  "bulk",
  "login",
  "logout",
];

const entryColumns: Column<AuditEntry>[] = [
  {
    id: "at",
    title: words.at,
    width: 130,
    render: (one) => (
      <span data-open title={moment(one.at)} tabIndex={-1}>
        <Ago at={one.at} />
      </span>
    ),
  },
  {
    id: "user",
    title: words.user,
    width: 160,
    render: (one) => <span title={visible(one.user)}>{visible(one.user) || <Nobody />}</span>,
  },
  { id: "action", title: words.action, width: 90, render: (one) => visible(one.action) },
  { id: "kind", title: words.kind, width: 120, render: (one) => visible(one.kind) },
  {
    id: "resource",
    title: words.resource,
    width: 190,
    render: (one) => (
      <code className="text-xs" title={visible(one.resource ?? "")}>
        {visible(one.resource || text.none)}
      </code>
    ),
  },
  {
    id: "outcome",
    title: words.outcome,
    width: 100,
    render: (one) => (
      <Badge tone={one.outcome === "done" ? "ok" : "bad"}>{visible(one.outcome ?? "")}</Badge>
    ),
  },
  {
    id: "namespace",
    title: words.namespace,
    width: 120,
    render: (one) => visible(one.namespace || text.none),
  },
  {
    id: "address",
    title: words.address,
    width: 120,
    render: (one) => <code className="text-xs">{visible(one.address || text.none)}</code>,
  },
  {
    id: "detail",
    title: words.detail,
    width: 200,
    render: (one) => (
      <span className="text-muted" title={visible(one.detail ?? "")}>
        {visible(one.detail ?? "")}
      </span>
    ),
  },
];

function Nobody() {
  return <span className="text-muted">{words.nobody}</span>;
}

export function Audit() {
  const { data: who } = useQuery(me);
  const search = useSearch({ from: "/settings" });
  const namespace = useNamespace();
  const { administer, manage } = useRights();
  const isMulti = who?.mode === "multi";
  const everywhere = administer && search.where !== "namespace";
  const list = useInfiniteQuery({
    ...auditEntries({
      namespace: everywhere ? undefined : namespace,
      user: search.user,
      action: search.action,
      limit: 100,
    }),
    enabled: administer || manage,
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const isSearched = Boolean(search.user || search.action);
  if (!administer && !manage) {
    return <Empty title={words.denied} hint={words.deniedHint} />;
  }
  const columns = isMulti ? entryColumns : entryColumns.filter((one) => one.id !== "namespace");
  return (
    <div className="flex h-full min-h-64 flex-col">
      <Filters isMulti={isMulti} canChooseWhere={isMulti && administer} />
      <div className="min-h-0 grow border-t border-line">
        {list.isPending && <Loading />}
        {list.isError && <Failed error={list.error} again={() => void list.refetch()} />}
        {list.isSuccess && rows.length === 0 && (
          <Empty
            title={isSearched ? words.emptySearch : words.empty}
            hint={isSearched ? undefined : words.emptyHint}
          />
        )}
        {rows.length > 0 && (
          <Table
            label={placeText.settings.views.audit}
            columns={columns}
            rows={rows}
            rowKey={(one) => String(one.id)}
            rowName={(one) => `${one.action} ${one.kind}`}
            onEnd={() => list.hasNextPage && !list.isFetching && void list.fetchNextPage()}
          />
        )}
      </div>
    </div>
  );
}

function Filters({ isMulti, canChooseWhere }: { isMulti: boolean; canChooseWhere: boolean }) {
  const search = useSearch({ from: "/settings" });
  const navigate = useNavigate({ from: "/settings" });
  const [user, setUser] = useState(search.user ?? "");
  const change = (to: { user?: string; action?: string; where?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...to }), replace: true });
  return (
    <div className="flex flex-wrap gap-2 px-4 py-3">
      {isMulti && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            change({ user: user.trim() || undefined });
          }}
        >
          <input
            data-search
            type="search"
            aria-label={words.user}
            placeholder={words.user}
            className="control"
            value={user}
            onChange={(event) => setUser(event.target.value)}
            onBlur={() => change({ user: user.trim() || undefined })}
          />
        </form>
      )}
      <select
        aria-label={words.action}
        className="control"
        value={search.action ?? ""}
        onChange={(event) => change({ action: event.target.value || undefined })}
      >
        <option value="">{words.anyAction}</option>
        {ACTIONS.map((action) => (
          <option key={action} value={action}>
            {action}
          </option>
        ))}
      </select>
      {canChooseWhere && (
        <select
          aria-label={words.scope}
          className="control"
          value={search.where ?? ""}
          onChange={(event) => change({ where: event.target.value || undefined })}
        >
          <option value="">{words.everywhere}</option>
          <option value="namespace">{words.namespace}</option>
        </select>
      )}
    </div>
  );
}
