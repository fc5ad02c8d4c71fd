/** What the pages of experiments, recurring runs, models and the cluster read. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useQueries,
} from "@tanstack/react-query";
import { useMemo } from "react";
import { get, post, type Search } from "./client";
import type {
  Cluster,
  Experiment,
  Page,
  RecurringRun,
  RunRow,
  SchedulePreview,
  Trigger,
} from "./types";

const part = encodeURIComponent;

export function experimentPages(search: Search) {
  return infiniteQueryOptions({
    queryKey: ["experiments", "pages", search],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Experiment>>("/experiments", {
        search: { ...search, page_token: pageParam },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_token || undefined,
  });
}

export function experiment(id: string) {
  return queryOptions({
    queryKey: ["experiment", id],
    queryFn: ({ signal }) => get<Experiment>(`/experiments/${part(id)}`, { signal }),
  });
}

/** The newest runs of a search; the feed has them read again when runs change. */
export function lastRuns(search: Search) {
  return queryOptions({
    queryKey: ["runs", "last", search],
    queryFn: ({ signal }) => get<Page<RunRow>>("/runs", { search, signal }),
  });
}

/** As many ids as an address may hold. */
const AT_ONCE = 100;

/** Runs by their ids, with their metrics; those that are gone or cannot be seen are left out. */
export function useRunsNamed(runIds: readonly string[], namespace: string | undefined): RunRow[] {
  const queries = useMemo(
    () => parted(runIds, AT_ONCE).map((part) => runsNamed(part, namespace)),
    [runIds, namespace],
  );
  return useQueries({ queries, combine: joinedRows });
}

/** Return the list in parts of a size, so that what is added at its end changes no full part. */
export function parted<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) =>
    list.slice(at * size, (at + 1) * size),
  );
}

function joinedRows(results: readonly { data?: Page<RunRow> }[]): RunRow[] {
  return results.flatMap((one) => one.data?.items ?? []);
}

function runsNamed(runIds: readonly string[], namespace: string | undefined) {
  const filter = JSON.stringify([{ field: "run_id", op: "in", value: runIds }]);
  return queryOptions({
    queryKey: ["runs", "named", namespace, runIds],
    queryFn: ({ signal }) =>
      get<Page<RunRow>>("/runs", {
        search: { namespace, filter, archived: "null", limit: AT_ONCE },
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

export function recurringRuns(search: Search) {
  return infiniteQueryOptions({
    queryKey: ["recurring-runs", search],
    queryFn: ({ pageParam, signal }) =>
      get<Page<RecurringRun>>("/recurring-runs", {
        search: { ...search, page_token: pageParam },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_token || undefined,
  });
}

export function recurringRun(id: string) {
  return queryOptions({
    queryKey: ["recurring-run", id],
    queryFn: ({ signal }) => get<RecurringRun>(`/recurring-runs/${part(id)}`, { signal }),
  });
}

export function recurringHistory(id: string) {
  return infiniteQueryOptions({
    queryKey: ["runs", "recurring", id],
    queryFn: ({ pageParam, signal }) =>
      get<Page<RunRow>>(`/recurring-runs/${part(id)}/runs`, {
        search: { limit: 100, page_token: pageParam },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_token || undefined,
  });
}

/** When a trigger fires, in words and times. */
export function schedulePreview(trigger: Trigger) {
  return queryOptions({
    queryKey: ["schedule-preview", trigger],
    queryFn: ({ signal }) =>
      post<SchedulePreview>("/recurring-runs/preview", { trigger }, { signal }),
    retry: false,
    staleTime: 60_000,
  });
}

export interface BackfillSlot {
  at: number;
  run_id: string;
  exists: boolean;
}

export const cluster = queryOptions({
  queryKey: ["cluster"],
  queryFn: ({ signal }) => get<Cluster>("/cluster", { signal }),
});
