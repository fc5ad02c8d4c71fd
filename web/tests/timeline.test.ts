import { expect, test } from "vitest";
import type { Attempt, TaskRun } from "../src/api/types.ts";
import { treeRows } from "../src/pages/run/tree.ts";
import { lanes, scaleOf, ticks } from "../src/timeline/spans.ts";

const task = (path: string, more: Partial<TaskRun> = {}): TaskRun => ({
  run_id: "r",
  path,
  name: path,
  display_name: path,
  component: "",
  kind: "container",
  state: "succeeded",
  created_at: 0,
  ...more,
});
const attempt = (path: string, number: number, more: Partial<Attempt>): Attempt => ({
  run_id: "r",
  path,
  number,
  state: "succeeded",
  created_at: 0,
  ...more,
});

test("the time of a step is told apart", () => {
  const [lane] = lanes(
    [task("fit", { started_at: 3, finished_at: 10 })],
    [attempt("fit", 1, { created_at: 2, started_at: 3, finished_at: 10, usage: { wall_s: 6 } })],
    [],
    20,
  );
  expect(lane?.spans.map(({ phase, from, to }) => [phase, from, to])).toEqual([
    ["waiting", 0, 2],
    ["staging", 2, 3],
    ["running", 3, 9],
    ["overhead", 9, 10],
  ]);
});

test("preparing the environment is told apart, of the attempt that it was for", () => {
  const [lane] = lanes(
    [task("fit", { started_at: 9, finished_at: 20 })],
    [
      attempt("fit", 1, { state: "failed", created_at: 1, started_at: 9, finished_at: 10 }),
      attempt("fit", 2, { created_at: 12, started_at: 13, finished_at: 20 }),
    ],
    [
      {
        id: 1,
        run_id: "r",
        at: 8,
        kind: "environment_prepared",
        path: "fit",
        data: { attempt: 1, seconds: 5 },
      },
    ],
    20,
  );
  expect(lane?.spans.map(({ phase, attempt, from, to }) => [phase, attempt, from, to])).toEqual([
    ["waiting", 1, 0, 1],
    ["waiting", 1, 1, 3],
    ["environment", 1, 3, 8],
    ["staging", 1, 8, 9],
    ["running", 1, 9, 10],
    ["waiting", 2, 10, 12],
    ["staging", 2, 12, 13],
    ["running", 2, 13, 20],
  ]);
});

test("what goes on ends now, and pauses between attempts are waiting", () => {
  const [lane] = lanes(
    [task("fit", { state: "running" })],
    [
      attempt("fit", 1, { state: "failed", created_at: 0, started_at: 0, finished_at: 2 }),
      attempt("fit", 2, { state: "running", created_at: 5, started_at: 5 }),
    ],
    [],
    9,
  );
  expect(lane?.spans.map(({ phase, from, to, open }) => [phase, from, to, open])).toEqual([
    ["running", 0, 2, false],
    ["waiting", 2, 5, false],
    ["running", 5, 9, true],
  ]);
});

test("a short attempt whose start was told with its end ran as long as it says", () => {
  const told = { created_at: 1, started_at: 2, finished_at: 2, usage: { wall_s: 0.6 } };
  const [lane] = lanes([task("fit", { created_at: 1 })], [attempt("fit", 1, told)], [], 9);
  expect(lane?.spans.map(({ phase, from, to }) => [phase, from, to])).toEqual([
    ["staging", 1, 1.4],
    ["running", 1.4, 2],
  ]);
});

test("groups have no lane", () => {
  expect(lanes([task("loop", { kind: "loop" })], [], [], 9)).toEqual([]);
});

test("the axis has round marks", () => {
  expect(ticks({ from: 0, to: 61 }, 8)).toEqual([0, 10, 20, 30, 40, 50, 60]);
  expect(scaleOf([])).toEqual({ from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY });
});

test("what is in a group follows it, in the order in which it began", () => {
  const tasks = [
    task("b", { started_at: 2 }),
    task("loop", { kind: "loop", started_at: 1 }),
    task("loop[1]", { parent: "loop", kind: "iteration", iteration: 1, started_at: 1 }),
    task("loop[0]", { parent: "loop", kind: "iteration", iteration: 0, started_at: 2 }),
  ];
  expect(treeRows(tasks, new Set(), "").map((row) => [row.task.path, row.level])).toEqual([
    ["loop", 0],
    ["loop[0]", 1],
    ["loop[1]", 1],
    ["b", 0],
  ]);
  expect(treeRows(tasks, new Set(["loop"]), "").map((row) => row.task.path)).toEqual(["loop", "b"]);
  expect(treeRows(tasks, new Set(["loop"]), "loop[1]").map((row) => row.task.path)).toEqual([
    "loop",
    "loop[1]",
  ]);
});
