/** Which state is shown of a task: reused ones look different from those that ran. */
import type { RunState, TaskState } from "@/api/types";

export type Shown = RunState | TaskState | "cached";

export function shown(task: { state: Shown; cached?: boolean }): Shown {
  return task.state === "succeeded" && task.cached ? "cached" : task.state;
}
