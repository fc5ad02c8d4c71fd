/** The lineage of an artifact as a graph: which runs made what it is made of, and what was made of it. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { lineage } from "@/api/queries";
import type { Graph, Lineage, TaskRun } from "@/api/types";
import { GraphView } from "@/graph/view";
import { text } from "@/text/en";
import { Failed, Loading } from "@/ui/states";

const words = text.artifacts;
const DIRECTIONS = { both: words.both, up: words.upstream, down: words.downstream } as const;

export function LineageOf({ artifactId }: { artifactId: string }) {
  const search = useSearch({ from: "/artifacts/$artifactId" });
  const navigate = useNavigate();
  const direction = search.direction ?? "both";
  const depth = Math.min(20, Math.max(1, Number(search.depth ?? 5) || 5));
  const query = useQuery({
    ...lineage(artifactId, depth, direction),
    placeholderData: keepPreviousData,
  });
  const drawn = useMemo(() => (query.data ? drawing(query.data) : null), [query.data]);
  const change = (to: { direction?: string; depth?: string }) =>
    void navigate({
      from: "/artifacts/$artifactId",
      to: ".",
      search: (before) => ({ ...before, ...to }),
      replace: true,
    });
  const open = (id: string) => {
    const node = query.data?.nodes.find((one) => one.id === id);
    if (node?.kind === "artifact") {
      void navigate({ to: "/artifacts/$artifactId", params: { artifactId: id } });
    } else if (node?.run_id) {
      void navigate({
        to: "/runs/$runId",
        params: { runId: node.run_id },
        search: { step: node.path },
      });
    }
  };
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} again={() => void query.refetch()} />;
  }
  return (
    <div className="flex h-full min-h-96 flex-col">
      <div className="flex flex-wrap gap-2 border-b border-line px-4 py-2">
        <label className="flex items-center gap-2 text-xs text-muted">
          {words.lineage}
          <select
            className="control"
            value={direction}
            onChange={(event) => change({ direction: event.target.value })}
          >
            {Object.entries(DIRECTIONS).map(([value, title]) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <label className="flex items-center gap-2 text-xs text-muted">
          {words.depth}
          <input
            type="number"
            min={1}
            max={20}
            className="control w-16"
            value={depth}
            onChange={(event) => change({ depth: event.target.value })}
          />
        </label>
      </div>
      <div className="min-h-0 grow">
        {drawn && (
          <GraphView graph={drawn.graph} tasks={drawn.tasks} selected={artifactId} onOpen={open} />
        )}
      </div>
    </div>
  );
}

function drawing(of: Lineage): { graph: Graph; tasks: Map<string, TaskRun> } {
  const tasks = new Map<string, TaskRun>();
  for (const node of of.nodes) {
    if (node.kind === "task" && node.state) {
      const name = `${node.pipeline ? `${node.pipeline} / ` : ""}${node.name}`;
      tasks.set(node.id, {
        run_id: node.run_id ?? "",
        path: node.id,
        name,
        display_name: name,
        component: "",
        kind: "container",
        state: node.state,
        cached: node.cached,
      });
    }
  }
  const graph: Graph = {
    nodes: of.nodes.map((node) => ({
      path: node.id,
      parent: "",
      name: node.name,
      component: node.type,
      kind: node.kind === "artifact" ? "artifact" : "container",
    })),
    edges: of.edges.map((edge) => ({ ...edge, kind: "data", label: edge.name })),
    inputs: [],
  };
  return { graph, tasks };
}
