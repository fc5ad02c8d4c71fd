/** Outputs of several runs under one name each, and the steps that differ between two pipelines; pure. */
import type { GraphNode, Json, StoredArtifact } from "@/api/types";

/** One output, by the path of its step, and what each run has of it. */
export interface Output {
  key: string;
  differs: boolean;
  made: Map<string, StoredArtifact>;
}

/** Return the outputs of the runs, those that several have first; of several artifacts the newest. */
export function outputsOf(found: ReadonlyMap<string, readonly StoredArtifact[]>): Output[] {
  const made = new Map<string, Map<string, StoredArtifact>>();
  for (const [runId, artifacts] of found) {
    for (const one of artifacts) {
      const key = `${one.path} / ${one.artifact.name}`;
      const runs = made.get(key) ?? new Map<string, StoredArtifact>();
      const before = runs.get(runId);
      if (!before || before.created_at < one.created_at) {
        runs.set(runId, one);
      }
      made.set(key, runs);
    }
  }
  return [...made]
    .map(([key, runs]) => ({ key, made: runs, differs: differ(runs, found.size) }))
    .sort((one, other) => other.made.size - one.made.size || one.key.localeCompare(other.key));
}

function differ(runs: ReadonlyMap<string, StoredArtifact>, count: number): boolean {
  const contents = new Set(
    [...runs.values()].map(({ artifact }) => artifact.digest ?? artifact.id),
  );
  return runs.size < count || contents.size > 1;
}

export type Change = "added" | "removed" | "changed";

export interface StepChange {
  path: string;
  change: Change;
}

type Spec = Json;

/** Return the steps that one pipeline has and the other has not, or has with other code. */
export function stepChanges(
  before: readonly GraphNode[],
  after: readonly GraphNode[],
  specs: { before: Spec; after: Spec },
): StepChange[] {
  const old = byPath(before);
  const fresh = byPath(after);
  const changes: StepChange[] = [];
  for (const [path, node] of fresh) {
    const was = old.get(path);
    if (!was) {
      changes.push({ path, change: "added" });
    } else if (codeOf(specs.before, was) !== codeOf(specs.after, node)) {
      changes.push({ path, change: "changed" });
    }
  }
  for (const path of old.keys()) {
    if (!fresh.has(path)) {
      changes.push({ path, change: "removed" });
    }
  }
  return changes.sort((one, other) => one.path.localeCompare(other.path));
}

/** Steps by path, each iteration of a loop standing for all. */
function byPath(nodes: readonly GraphNode[]): Map<string, GraphNode> {
  const steps = nodes.filter((node) => node.kind !== "artifact" && !node.path.includes("["));
  return new Map(steps.map((node) => [node.path, node]));
}

function codeOf(spec: Spec, node: GraphNode): string {
  const component = field(field(spec, "components"), node.component ?? "");
  const label = field(component, "executorLabel");
  const executors = field(field(spec, "deploymentSpec"), "executors");
  const executor = typeof label === "string" ? field(executors, label) : null;
  const dag = field(component, "dag") !== null;
  return JSON.stringify(dag ? node.kind : [node.kind, component, executor]);
}

function field(of: Json | undefined, name: string): Json {
  if (of === null || of === undefined || typeof of !== "object" || Array.isArray(of)) {
    return null;
  }
  return (of as Record<string, Json>)[name] ?? null;
}
