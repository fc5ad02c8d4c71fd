import { expect, test } from "vitest";
import type { TaskRun } from "../src/api/types.ts";
import { firstFailure } from "../src/pages/run/tree.ts";

const task = (path: string, parent: string, state: TaskRun["state"]): TaskRun =>
  ({ path, parent, state, error: state === "failed" ? { message: "no" } : null }) as TaskRun;

test("a failure is that of the step, not of the groups around it", () => {
  const tasks = [
    task("guard", "", "failed"),
    task("guard/load", "guard", "succeeded"),
    task("guard/loop[0]", "guard/loop", "failed"),
    task("guard/loop", "guard", "failed"),
    task("guard/loop[0]/fit", "guard/loop[0]", "failed"),
  ];
  expect(firstFailure(tasks)?.path).toBe("guard/loop[0]/fit");
});

test("a group that fails by itself is named", () => {
  expect(firstFailure([task("loop", "", "failed")])?.path).toBe("loop");
  expect(firstFailure([task("load", "", "succeeded")])).toBeUndefined();
});
