/** Which nodes and edges of a graph are in sight, by what is folded and which iterations are chosen; pure. */
import type { Graph, GraphEdge, GraphNode } from "@/api/types";

export interface Box {
  path: string;
  node: GraphNode;
  /** What is inside, when it is a group that is unfolded. */
  inside: Box[] | null;
  edges: GraphEdge[];
  /** Of a loop that has begun: its iterations, and which of them is shown. */
  iterations: number[] | null;
  iteration: number | null;
}

export interface Sight {
  boxes: Box[];
  edges: GraphEdge[];
  /** How many boxes there are in all depths. */
  count: number;
}

export interface Choices {
  folded: ReadonlySet<string>;
  /** Path of a loop to the iteration that is shown. */
  iterations: ReadonlyMap<string, number>;
}

interface Index {
  children: Map<string, GraphNode[]>;
  edges: Map<string, GraphEdge[]>;
}

const GROUPS = new Set(["dag", "loop", "condition", "exit"]);

export function isGroup(node: GraphNode): boolean {
  return GROUPS.has(node.kind);
}

/** Return the groups that something is inside of, iterations left out. */
export function groupsOf(graph: Graph): string[] {
  const parents = new Set(graph.nodes.map((node) => node.parent ?? ""));
  return graph.nodes
    .filter((node) => isGroup(node) && !isIteration(node) && parents.has(node.path))
    .map((node) => node.path);
}

export function isIteration(node: GraphNode): boolean {
  return node.iteration !== null && node.iteration !== undefined;
}

export function sight(graph: Graph, choices: Choices): Sight {
  const index = indexed(graph);
  let count = 0;
  const below = (parent: string): Box[] =>
    (index.children.get(parent) ?? []).map((node) => {
      count += 1;
      return boxed(node);
    });
  const boxed = (node: GraphNode): Box => {
    const children = index.children.get(node.path) ?? [];
    const begun = children.filter(isIteration).map((one) => one.iteration ?? 0);
    const iterations = node.kind === "loop" && begun.length > 0 ? begun : null;
    const iteration = iterations
      ? chosenIteration(iterations, choices.iterations.get(node.path))
      : null;
    const open = isGroup(node) && children.length > 0 && !choices.folded.has(node.path);
    const inner = iteration === null ? node.path : `${node.path}[${iteration}]`;
    return {
      path: node.path,
      node,
      inside: open ? below(inner) : null,
      edges: open ? (index.edges.get(inner) ?? []) : [],
      iterations,
      iteration,
    };
  };
  const boxes = below("");
  return { boxes, edges: index.edges.get("") ?? [], count };
}

function chosenIteration(iterations: number[], wanted: number | undefined): number {
  return wanted !== undefined && iterations.includes(wanted) ? wanted : (iterations[0] ?? 0);
}

function indexed(graph: Graph): Index {
  const children = new Map<string, GraphNode[]>();
  const parentOf = new Map<string, string>();
  for (const node of graph.nodes) {
    const parent = node.parent ?? "";
    parentOf.set(node.path, parent);
    push(children, parent, node);
  }
  const edges = new Map<string, GraphEdge[]>();
  for (const edge of graph.edges) {
    const parent = parentOf.get(edge.source);
    if (parent !== undefined && parent === parentOf.get(edge.target)) {
      push(edges, parent, edge);
    }
  }
  return { children, edges };
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const items = map.get(key);
  if (items) {
    items.push(item);
  } else {
    map.set(key, [item]);
  }
}

/** The paths of the groups that a path is in, the outermost first: `a/b[2]/c` gives `a`, `a/b`, `a/b[2]`. */
export function ancestors(path: string): string[] {
  const found: string[] = [];
  const segments = path.split("/");
  let at = "";
  for (const [index, segment] of segments.entries()) {
    const prefix = index === 0 ? "" : `${at}/`;
    const loop = /^(.*)\[(\d+)\]$/.exec(segment);
    if (loop) {
      found.push(prefix + loop[1]);
    }
    at = prefix + segment;
    if (index < segments.length - 1) {
      found.push(at);
    }
  }
  return found;
}

/** The choices with what is needed for a path to be in sight. */
export function revealing(choices: Choices, path: string): Choices {
  const folded = new Set(choices.folded);
  const iterations = new Map(choices.iterations);
  for (const group of ancestors(path)) {
    folded.delete(group);
    const loop = /^(.*)\[(\d+)\]$/.exec(group);
    if (loop?.[1] !== undefined) {
      iterations.set(loop[1], Number(loop[2]));
    }
  }
  return { folded, iterations };
}
