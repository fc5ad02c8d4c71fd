/** The graph of a run, drawn anew when a loop has begun iterations that it does not know. */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo } from "react";
import { runGraph } from "@/api/queries";
import type { TaskRun } from "@/api/types";
import { text } from "@/text/en";
import { Failed, Loading } from "@/ui/states";

const GraphView = lazy(() =>
  import("@/graph/view").then((module) => ({ default: module.GraphView })),
);

interface Props {
  runId: string;
  tasks: ReadonlyMap<string, TaskRun>;
  onOpen: (path: string) => void;
}

export function RunGraph({ runId, tasks, onOpen }: Props) {
  const search = useSearch({ from: "/runs/$runId" });
  const navigate = useNavigate({ from: "/runs/$runId" });
  const cache = useQueryClient();
  const artifacts = search.artifacts === "1";
  const query = useQuery({ ...runGraph(runId, artifacts), placeholderData: keepPreviousData });
  const known = useMemo(() => new Set(query.data?.nodes.map((node) => node.path)), [query.data]);
  const unknown = useMemo(
    () =>
      [...tasks.values()].filter((task) => task.kind === "iteration" && !known.has(task.path))
        .length,
    [tasks, known],
  );
  useEffect(() => {
    if (unknown > 0 && known.size > 0) {
      const timer = setTimeout(
        () => void cache.invalidateQueries({ queryKey: ["run-graph", runId] }),
        300,
      );
      return () => clearTimeout(timer);
    }
  }, [unknown, known, cache, runId]);
  const change = (to: { find?: string; artifacts?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...to }), replace: true });
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} again={() => void query.refetch()} />;
  }
  return (
    <div className="relative h-full min-h-80">
      <label className="absolute top-2 left-2 z-10">
        <span className="sr-only">{text.steps.search}</span>
        <Search aria-hidden size={13} className="absolute top-2 left-2 text-faint" />
        <input
          data-search
          type="search"
          className="control w-40 pl-7!"
          placeholder={text.steps.search}
          value={search.find ?? ""}
          onChange={(event) => change({ find: event.target.value || undefined })}
        />
      </label>
      <Suspense fallback={<Loading label={text.graph.layout} />}>
        <GraphView
          graph={query.data}
          tasks={tasks}
          selected={search.step}
          onOpen={onOpen}
          find={search.find}
          artifacts={artifacts}
          onArtifacts={(shown) => change({ artifacts: shown ? "1" : undefined })}
        />
      </Suspense>
    </div>
  );
}
