/** One experiment: its runs, what is scheduled in it, and what is said of it. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Archive, ArchiveRestore, Ellipsis, ListFilter, Pencil, Plus, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { post, remove } from "@/api/client";
import { experiment, recurringRuns } from "@/api/places";
import { runs } from "@/api/queries";
import type { Experiment, RunRow } from "@/api/types";
import { visible } from "@/format/safety";
import { useRights } from "@/shell/rights";
import { useTitle } from "@/shell/title";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { useAct } from "@/ui/act";
import { ButtonLink, IconButton } from "@/ui/button";
import { Ago } from "@/ui/clock";
import { Confirm } from "@/ui/dialog";
import { Menu, MenuItem, MenuLine } from "@/ui/menu";
import { ViewLinks } from "@/ui/page";
import { Badge, Heading } from "@/ui/page-parts";
import { Empty, Failed, Loading } from "@/ui/states";
import { Table } from "@/ui/table";
import { RecurringTable } from "../recurring/table";
import { columnsOf, standard } from "../runs/columns";
import { knownLengths } from "../runs/lengths";
import { EditExperiment } from "./create";

const words = placeText.experiments;

export function ExperimentPage() {
  const { experimentId } = useParams({ from: "/experiments/$experimentId" });
  const query = useQuery(experiment(experimentId));
  useTitle(query.data?.display_name || query.data?.name || words.one);
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} again={() => void query.refetch()} />;
  }
  return <Shown of={query.data} />;
}

function Shown({ of }: { of: Experiment }) {
  const { view } = useSearch({ from: "/experiments/$experimentId" });
  const current = view === "recurring" ? "recurring" : "runs";
  const { write } = useRights(of.namespace);
  return (
    <div className="flex h-full flex-col">
      <Heading
        title={visible(of.display_name || of.name)}
        note={of.archived && <Badge tone="stop">{words.archived}</Badge>}
      >
        <ButtonLink
          to="/runs"
          search={{ experiment: of.id, archived: of.archived ? "1" : undefined }}
        >
          <ListFilter aria-hidden size={13} />
          {words.allRuns}
        </ButtonLink>
        {write && <Actions of={of} />}
      </Heading>
      <p className="px-4 pb-1 text-xs text-muted">
        {of.description && <span className="mr-3 break-words">{visible(of.description)}</span>}
        {placeText.created} <Ago at={of.created_at} />
      </p>
      <ViewLinks label={words.viewsLabel} views={words.views} current={current} />
      <div className="min-h-0 grow bg-panel">
        {current === "runs" ? (
          <RunsOf of={of} canStart={write && !of.archived} />
        ) : (
          <RecurringOf of={of} canStart={write && !of.archived} />
        )}
      </div>
    </div>
  );
}

interface OfProps {
  of: Experiment;
  canStart: boolean;
}

function RunsOf({ of, canStart }: OfProps) {
  const [sort, setSort] = useState("-created_at");
  const list = useInfiniteQuery(
    runs({
      namespace: of.namespace || undefined,
      experiment: of.id,
      archived: of.archived ?? false,
      sort,
      limit: 100,
    }),
  );
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const columns = useMemo(() => columnsOf(standard, knownLengths(rows), new Map()), [rows]);
  if (list.isPending) {
    return <Loading />;
  }
  if (list.isError) {
    return <Failed error={list.error} again={() => void list.refetch()} />;
  }
  if (rows.length === 0) {
    return (
      <Empty
        title={words.noRuns}
        hint={words.noRunsHint}
        action={
          canStart && (
            <ButtonLink to="/start" search={{ experiment: of.id }} tone="primary">
              <Plus aria-hidden size={14} />
              {text.runs.start}
            </ButtonLink>
          )
        }
      />
    );
  }
  return (
    <Table<RunRow>
      label={text.runs.title}
      columns={columns}
      rows={rows}
      rowKey={(run) => run.run_id}
      rowName={(run) => run.display_name}
      sort={sort}
      onSort={setSort}
      onEnd={() => list.hasNextPage && !list.isFetching && void list.fetchNextPage()}
    />
  );
}

function RecurringOf({ of, canStart }: OfProps) {
  const list = useInfiniteQuery(
    recurringRuns({ namespace: of.namespace || undefined, experiment: of.id, limit: 100 }),
  );
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.isPending) {
    return <Loading />;
  }
  if (list.isError) {
    return <Failed error={list.error} again={() => void list.refetch()} />;
  }
  if (rows.length === 0) {
    return (
      <Empty
        title={words.noRecurring}
        hint={words.noRecurringHint}
        action={
          canStart && (
            <ButtonLink to="/recurring/new" search={{ experiment: of.id }} tone="primary">
              <Plus aria-hidden size={14} />
              {placeText.recurring.create}
            </ButtonLink>
          )
        }
      />
    );
  }
  return (
    <RecurringTable
      rows={rows}
      onEnd={() => list.hasNextPage && !list.isFetching && void list.fetchNextPage()}
    />
  );
}

function Actions({ of }: { of: Experiment }) {
  const navigate = useNavigate();
  const [asking, setAsking] = useState<"edit" | "archive" | "remove" | null>(null);
  const path = `/experiments/${encodeURIComponent(of.id)}`;
  const changes = ["experiments", "experiment", "runs", "recurring-runs"];
  const move = useAct({
    act: () => post(`${path}/${of.archived ? "restore" : "archive"}`),
    changes,
    done: of.archived ? words.restoreDone : words.archiveDone,
  });
  const drop = useAct({
    act: () => remove(path),
    changes: ["experiments"],
    done: placeText.removed,
    after: () => void navigate({ to: "/experiments" }),
  });
  const close = () => setAsking(null);
  return (
    <>
      {!of.archived && (
        <ButtonLink to="/start" search={{ experiment: of.id }}>
          <Plus aria-hidden size={14} />
          {text.runs.start}
        </ButtonLink>
      )}
      <Menu
        trigger={
          <IconButton label={text.more}>
            <Ellipsis aria-hidden size={16} />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => setAsking("edit")}>
          <Pencil aria-hidden size={14} />
          {placeText.edit}
        </MenuItem>
        {of.archived ? (
          <MenuItem onSelect={() => move.mutate()}>
            <ArchiveRestore aria-hidden size={14} />
            {words.restore}
          </MenuItem>
        ) : (
          <MenuItem onSelect={() => setAsking("archive")}>
            <Archive aria-hidden size={14} />
            {words.archive}
          </MenuItem>
        )}
        <MenuLine />
        <MenuItem danger onSelect={() => setAsking("remove")}>
          <Trash2 aria-hidden size={14} />
          {placeText.remove}
        </MenuItem>
      </Menu>
      {asking === "edit" && <EditExperiment of={of} onClose={close} />}
      {asking === "archive" && (
        <Confirm
          title={words.confirmArchive}
          hint={words.confirmArchiveHint}
          action={words.archive}
          onConfirm={() => move.mutate()}
          onClose={close}
        />
      )}
      {asking === "remove" && (
        <Confirm
          title={words.confirmRemove}
          hint={words.confirmRemoveHint}
          action={placeText.remove}
          onConfirm={() => drop.mutate()}
          onClose={close}
        />
      )}
    </>
  );
}
