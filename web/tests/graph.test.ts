import { expect, test } from "vitest";
import type { Graph, GraphNode } from "../src/api/types.ts";
import { headOf, pathThrough } from "../src/graph/lines.ts";
import {
  ancestors,
  type Box,
  type Choices,
  groupsOf,
  revealing,
  sight,
} from "../src/graph/model.ts";
import { neighbour } from "../src/graph/walking.ts";

const node = (
  path: string,
  parent: string,
  kind: GraphNode["kind"],
  iteration?: number,
): GraphNode => ({ path, parent, kind, name: path, iteration });
const graph: Graph = {
  nodes: [
    node("load", "", "container"),
    node("loop", "", "loop"),
    node("loop[0]", "loop", "dag", 0),
    node("loop[1]", "loop", "dag", 1),
    node("loop[0]/fit", "loop[0]", "container"),
    node("loop[1]/fit", "loop[1]", "container"),
    node("loop[1]/score", "loop[1]", "container"),
  ],
  edges: [
    { source: "load", target: "loop", kind: "data" },
    { source: "loop[1]/fit", target: "loop[1]/score", kind: "data" },
    { source: "load", target: "loop[1]/fit", kind: "data" },
  ],
  inputs: [],
};
const choices = (folded: string[] = [], iterations: [string, number][] = []): Choices => ({
  folded: new Set(folded),
  iterations: new Map(iterations),
});
const paths = (boxes: readonly Box[]): string[] =>
  boxes.flatMap((box) => [box.path, ...paths(box.inside ?? [])]);

test("a loop shows the first of its iterations", () => {
  expect(paths(sight(graph, choices()).boxes)).toEqual(["load", "loop", "loop[0]/fit"]);
});

test("a loop shows the iteration that is chosen, with its edges", () => {
  const { boxes } = sight(graph, choices([], [["loop", 1]]));
  expect(paths(boxes)).toEqual(["load", "loop", "loop[1]/fit", "loop[1]/score"]);
  expect(boxes[1]?.edges).toEqual([graph.edges[1]]);
});

test("a folded group is one box, and edges between groups are left out", () => {
  const { boxes, edges, count } = sight(graph, choices(["loop"]));
  expect([paths(boxes), count, edges]).toEqual([["load", "loop"], 2, [graph.edges[0]]]);
});

test("iterations are no groups of their own", () => {
  expect(groupsOf(graph)).toEqual(["loop"]);
});

test.each([
  ["a", []],
  ["a/b", ["a"]],
  ["a/b[2]/c", ["a", "a/b", "a/b[2]"]],
  ["a[0]/b[1]/c", ["a", "a[0]", "a[0]/b", "a[0]/b[1]"]],
])("the groups around %s", (path, around) => {
  expect(ancestors(path)).toEqual(around);
});

test("a step is revealed by unfolding and choosing its iteration", () => {
  const after = revealing(choices(["loop"]), "loop[1]/score");
  expect(paths(sight(graph, after).boxes)).toContain("loop[1]/score");
});

test("arrow keys lead to the nearest in their direction", () => {
  const at = (path: string, x: number, y: number) => ({
    box: { path },
    x,
    y,
    width: 10,
    height: 10,
  });
  const placed = [at("a", 0, 0), at("b", 100, 0), at("c", 100, 90), at("d", 400, 0)];
  expect(neighbour(placed, "a", "ArrowRight")).toBe("b");
  expect(neighbour(placed, "b", "ArrowDown")).toBe("c");
  expect(neighbour(placed, "b", "ArrowUp")).toBeUndefined();
});

test("lines have round corners and an arrow head", () => {
  const points = [
    { x: 0, y: 0 },
    { x: 50, y: 0 },
    { x: 50, y: 50 },
  ];
  expect(pathThrough(points)).toBe("M0 0L42 0Q50 0 50 8L50 50");
  expect(headOf(points)).toMatch(/^M50 50L.*Z$/);
  expect(pathThrough([])).toBe("");
});
