/** Lays a graph out from left to right, in a worker that is loaded when the first graph is shown. */
import type { ELK, ElkNode } from "elkjs/lib/elk-api";
import type { Box, Sight } from "./model";

export interface Placed {
  box: Box;
  x: number;
  y: number;
  width: number;
  height: number;
  depth: number;
}

export interface Line {
  source: string;
  target: string;
  order: boolean;
  points: { x: number; y: number }[];
}

export interface Layout {
  placed: Placed[];
  lines: Line[];
  width: number;
  height: number;
}

export const NODE_WIDTH = 196;
export const NODE_HEIGHT = 44;
const ARTIFACT_WIDTH = 150;
const ARTIFACT_HEIGHT = 28;
const HEAD = 38;

/** From this size on, a quicker way of placing is taken: the difference is hardly seen. */
const LARGE = 400;

const common = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.spacing.nodeNode": "16",
  "elk.layered.spacing.nodeNodeBetweenLayers": "44",
  "elk.layered.spacing.edgeNodeBetweenLayers": "14",
  "elk.spacing.edgeNode": "12",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
};
const large = {
  "elk.layered.thoroughness": "1",
  "elk.layered.nodePlacement.strategy": "LINEAR_SEGMENTS",
  "elk.layered.crossingMinimization.greedySwitch.type": "OFF",
  "elk.layered.layering.strategy": "LONGEST_PATH",
  "elk.edgeRouting": "POLYLINE",
};

let engine: Promise<ELK> | null = null;

function theEngine(): Promise<ELK> {
  engine ??= Promise.all([
    import("elkjs/lib/elk-api"),
    import("elkjs/lib/elk-worker.min.js?url"),
  ]).then(([api, worker]) => {
    return new api.default({ workerFactory: () => new Worker(worker.default) });
  });
  return engine;
}

export async function layOut(sight: Sight): Promise<Layout> {
  const options = sight.count > LARGE ? { ...common, ...large } : common;
  const elk = await theEngine();
  const root: ElkNode = await elk.layout({
    id: "",
    layoutOptions: { ...options, "elk.padding": "[top=16,left=16,bottom=16,right=16]" },
    children: sight.boxes.map((box) => asElk(box, options)),
    edges: edgesOf(sight.edges),
  });
  const boxes = new Map<string, Box>();
  remember(sight.boxes, boxes);
  const layout: Layout = {
    placed: [],
    lines: [],
    width: root.width ?? 0,
    height: root.height ?? 0,
  };
  collect(root, 0, 0, 0, boxes, layout);
  return layout;
}

function remember(boxes: readonly Box[], into: Map<string, Box>): void {
  for (const box of boxes) {
    into.set(box.path, box);
    if (box.inside) {
      remember(box.inside, into);
    }
  }
}

function asElk(box: Box, options: Record<string, string>): ElkNode {
  if (box.inside) {
    return {
      id: box.path,
      layoutOptions: {
        ...options,
        "elk.padding": `[top=${HEAD},left=14,bottom=14,right=14]`,
        "elk.nodeSize.constraints": "MINIMUM_SIZE",
        "elk.nodeSize.minimum": `(${box.iterations ? 300 : 220},${HEAD + 20})`,
      },
      children: box.inside.map((child) => asElk(child, options)),
      edges: edgesOf(box.edges),
    };
  }
  const small = box.node.kind === "artifact";
  return {
    id: box.path,
    width: small ? ARTIFACT_WIDTH : NODE_WIDTH,
    height: small ? ARTIFACT_HEIGHT : NODE_HEIGHT,
  };
}

function edgesOf(edges: Sight["edges"]): NonNullable<ElkNode["edges"]> {
  return edges.map((edge) => ({
    id: `${edge.kind}\u0000${edge.source}\u0000${edge.target}`,
    sources: [edge.source],
    targets: [edge.target],
  }));
}

function collect(
  node: ElkNode,
  left: number,
  top: number,
  depth: number,
  boxes: Map<string, Box>,
  into: Layout,
): void {
  for (const child of node.children ?? []) {
    const x = left + (child.x ?? 0);
    const y = top + (child.y ?? 0);
    const box = boxes.get(child.id);
    if (box) {
      into.placed.push({ box, x, y, width: child.width ?? 0, height: child.height ?? 0, depth });
    }
    collect(child, x, y, depth + 1, boxes, into);
  }
  for (const edge of node.edges ?? []) {
    const [kind = "", source = "", target = ""] = edge.id.split("\u0000");
    for (const section of edge.sections ?? []) {
      const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
      into.lines.push({
        source,
        target,
        order: kind === "order",
        points: points.map((point) => ({ x: left + point.x, y: top + point.y })),
      });
    }
  }
}
