/** What the pages read, each with its key in the cache; the feed keeps the entries of runs fresh. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, type Search } from "./client";
import type {
  ArtifactDetail,
  Comparison,
  Document,
  EnvironmentLock,
  Experiment,
  Explanation,
  Graph,
  HistoryEntry,
  Lineage,
  Me,
  Page,
  Pipeline,
  PipelineVersion,
  RunDetail,
  RunRow,
  SourceText,
  StoredArtifact,
  TaskUsage,
} from "./types";

export const me = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => get<Me>("/me", { signal }),
  staleTime: 300_000,
});

export function runs(search: Search) {
  return infiniteQueryOptions({
    queryKey: ["runs", search],
    queryFn: ({ pageParam, signal }) =>
      get<Page<RunRow>>("/runs", { search: { ...search, page_token: pageParam }, signal }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_token || undefined,
  });
}

export function run(runId: string) {
  return queryOptions({
    queryKey: ["run", runId],
    queryFn: ({ signal }) => get<RunDetail>(`/runs/${encodeURIComponent(runId)}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY, // the feed keeps it
  });
}

export function runGraph(runId: string, artifacts = false) {
  return queryOptions({
    queryKey: ["run-graph", runId, artifacts],
    queryFn: ({ signal }) =>
      get<Graph>(`/runs/${encodeURIComponent(runId)}/graph`, {
        search: { artifacts: artifacts ? 1 : undefined },
        signal,
      }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function versionGraph(versionId: string) {
  return queryOptions({
    queryKey: ["version-graph", versionId],
    queryFn: ({ signal }) =>
      get<Graph>(`/versions/${encodeURIComponent(versionId)}/graph`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function runDocument(runId: string) {
  return queryOptions({
    queryKey: ["run-document", runId],
    queryFn: ({ signal }) =>
      get<Document>(`/runs/${encodeURIComponent(runId)}/document`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Something that is known of one task of a run. */
function ofTask<T>(what: string, runId: string, task: string) {
  return queryOptions({
    queryKey: [`task-${what}`, runId, task],
    queryFn: ({ signal }) =>
      get<T>(`/runs/${encodeURIComponent(runId)}/${what}`, { search: { task }, signal }),
  });
}

export const explanation = (runId: string, task: string) =>
  ofTask<Explanation>("explain", runId, task);
export const taskSource = (runId: string, task: string) =>
  ofTask<SourceText>("source", runId, task);
export const taskEnvironment = (runId: string, task: string) =>
  ofTask<EnvironmentLock>("environment", runId, task);

export function runUsage(runId: string) {
  return queryOptions({
    queryKey: ["run-usage", runId],
    queryFn: async ({ signal }) => {
      const answer = await get<TaskUsage[] | { items: TaskUsage[] }>(
        `/runs/${encodeURIComponent(runId)}/usage`,
        { signal },
      );
      return Array.isArray(answer) ? answer : answer.items;
    },
  });
}

export function runEvents(runId: string) {
  return infiniteQueryOptions({
    queryKey: ["run-events", runId],
    queryFn: ({ pageParam, signal }) =>
      get<{ items: HistoryEntry[] }>(`/runs/${encodeURIComponent(runId)}/events`, {
        search: { after: pageParam, limit: 500 },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.items.length < 500 ? undefined : last.items.at(-1)?.id),
  });
}

export function artifacts(search: Search) {
  return infiniteQueryOptions({
    queryKey: ["artifacts", search],
    queryFn: ({ pageParam, signal }) =>
      get<Page<StoredArtifact>>("/artifacts", {
        search: { ...search, page_token: pageParam },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_token || undefined,
  });
}

export function artifact(id: string) {
  return queryOptions({
    queryKey: ["artifact", id],
    queryFn: ({ signal }) =>
      get<ArtifactDetail>(`/artifacts/${encodeURIComponent(id)}`, { signal }),
  });
}

export function lineage(id: string, depth: number, direction: string) {
  return queryOptions({
    queryKey: ["lineage", id, depth, direction],
    queryFn: ({ signal }) =>
      get<Lineage>(`/artifacts/${encodeURIComponent(id)}/lineage`, {
        search: { depth, direction },
        signal,
      }),
  });
}

export function pipelines(search: Search) {
  return queryOptions({
    queryKey: ["pipelines", search],
    queryFn: ({ signal }) => get<Page<Pipeline>>("/pipelines", { search, signal }),
  });
}

export function pipelineVersions(pipelineId: string) {
  return queryOptions({
    queryKey: ["pipeline-versions", pipelineId],
    queryFn: ({ signal }) =>
      get<Page<PipelineVersion>>(`/pipelines/${encodeURIComponent(pipelineId)}/versions`, {
        search: { limit: 100 },
        signal,
      }),
    enabled: pipelineId !== "",
  });
}

export function experiments(search: Search) {
  return queryOptions({
    queryKey: ["experiments", search],
    queryFn: ({ signal }) => get<Page<Experiment>>("/experiments", { search, signal }),
  });
}

export function pipeline(id: string) {
  return queryOptions({
    queryKey: ["pipeline", id],
    queryFn: ({ signal }) => get<Pipeline>(`/pipelines/${encodeURIComponent(id)}`, { signal }),
  });
}

export function versionDocument(id: string) {
  return queryOptions({
    queryKey: ["version-document", id],
    queryFn: ({ signal }) =>
      get<Document>(`/versions/${encodeURIComponent(id)}/document`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function comparison(runIds: readonly string[]) {
  return queryOptions({
    queryKey: ["compare", runIds],
    queryFn: ({ signal }) =>
      get<Comparison>("/compare", { search: { runs: runIds.join(",") }, signal }),
    enabled: runIds.length > 0,
  });
}
