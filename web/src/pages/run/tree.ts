/** The steps of a run as the rows of a tree: what is in a group follows it; pure. */
import type { TaskRun } from "@/api/types";
import { groupedBy } from "@/format/grouping";

export interface TreeRow {
  task: TaskRun;
  level: number;
  inside: number;
  folded: boolean;
}

export function treeRows(
  tasks: readonly TaskRun[],
  folded: ReadonlySet<string>,
  find: string,
): TreeRow[] {
  const children = groupedBy([...tasks].sort(inOrder), (task) => task.parent ?? "");
  const wanted = find.trim().toLowerCase();
  const keep = wanted ? kept(tasks, wanted) : null;
  const rows: TreeRow[] = [];
  const add = (parent: string, level: number) => {
    for (const task of children.get(parent) ?? []) {
      if (keep && !keep.has(task.path)) {
        continue;
      }
      const inside = children.get(task.path)?.length ?? 0;
      const isFolded = !keep && folded.has(task.path);
      rows.push({ task, level, inside, folded: isFolded });
      if (!isFolded && task.path !== parent) {
        add(task.path, level + 1);
      }
    }
  };
  add("", 0);
  return rows;
}

/** The first step whose own failure it is: a group fails because of what is in it. */
export function firstFailure(tasks: readonly TaskRun[]): TaskRun | undefined {
  const failed = tasks.filter((task) => task.state === "failed" && task.error);
  const blamed = new Set(failed.map((task) => task.parent));
  return failed.find((task) => !blamed.has(task.path)) ?? failed[0];
}

/** Iterations by their number, the rest as they began; those that have not begun come last. */
function inOrder(one: TaskRun, other: TaskRun): number {
  const byIteration = (one.iteration ?? 0) - (other.iteration ?? 0);
  const begun = (task: TaskRun) => task.started_at ?? task.finished_at ?? Number.MAX_VALUE;
  return byIteration || begun(one) - begun(other);
}

/** The tasks that fit, with the groups that they are in. */
function kept(tasks: readonly TaskRun[], wanted: string): Set<string> {
  const byPath = new Map(tasks.map((task) => [task.path, task]));
  const keep = new Set<string>();
  for (const task of tasks) {
    const fits =
      task.path.toLowerCase().includes(wanted) ||
      task.display_name.toLowerCase().includes(wanted) ||
      task.state === wanted;
    let at: TaskRun | undefined = fits ? task : undefined;
    while (at && !keep.has(at.path)) {
      keep.add(at.path);
      at = byPath.get(at.parent ?? "");
    }
  }
  return keep;
}
