import { expect, test } from "vitest";
import type { GraphNode, StoredArtifact } from "../src/api/types.ts";
import { outputsOf, stepChanges } from "../src/pages/compare/outputs.ts";

const made = (path: string, digest: string, at = 1): StoredArtifact =>
  ({
    artifact: { id: `${path}${digest}`, name: "data", uri: "", schema_title: "", digest },
    run_id: "",
    path,
    attempt: 1,
    created_at: at,
  }) as StoredArtifact;

test("outputs that all runs have come first, and say whether their content differs", () => {
  const outputs = outputsOf(
    new Map([
      ["one", [made("a", "x"), made("b", "x"), made("c", "x")]],
      ["two", [made("b", "y"), made("c", "old", 0), made("c", "x", 2)]],
    ]),
  );
  expect(outputs.map(({ key, differs }) => [key, differs])).toEqual([
    ["b / data", true],
    ["c / data", false],
    ["a / data", true],
  ]);
});

const node = (path: string, component: string): GraphNode => ({
  path,
  name: path,
  component,
  kind: "container",
});
const spec = (code: Record<string, string>) => ({
  components: Object.fromEntries(Object.keys(code).map((name) => [name, { executorLabel: name }])),
  deploymentSpec: {
    executors: Object.fromEntries(
      Object.entries(code).map(([name, args]) => [name, { container: { args: [args] } }]),
    ),
  },
});

test("steps are the same, changed, added or removed", () => {
  const changes = stepChanges(
    [node("load", "l"), node("fit", "f"), node("old", "f"), node("loop[0]/x", "f")],
    [node("load", "l"), node("fit", "g"), node("new", "l")],
    { before: spec({ l: "load", f: "fit" }), after: spec({ l: "load", g: "fit better" }) },
  );
  expect(changes).toEqual([
    { path: "fit", change: "changed" },
    { path: "new", change: "added" },
    { path: "old", change: "removed" },
  ]);
});

test("a component of another name with the same code is the same step", () => {
  const same = stepChanges([node("fit", "f")], [node("fit", "g")], {
    before: { components: { f: {} } },
    after: { components: { g: {} } },
  });
  expect(same).toEqual([]);
});
