/** Where the time of each step went: spans with a meaning, from its records; pure. */
import type { Attempt, HistoryEntry, TaskRun } from "@/api/types";
import { groupedBy } from "@/format/grouping";
import { type Shown, shown } from "@/ui/shown";

export type Phase = "waiting" | "environment" | "staging" | "running" | "overhead";

export interface Span {
  phase: Phase;
  from: number;
  to: number;
  attempt: number;
  /** Whether it goes on, so that its end is now. */
  open: boolean;
}

export interface Lane {
  path: string;
  name: string;
  depth: number;
  state: Shown;
  spans: Span[];
}

const STEPS = new Set(["container", "importer"]);

/** Return a lane for each step that has begun to wait, in the order in which they began. */
export function lanes(
  tasks: readonly TaskRun[],
  attempts: readonly Attempt[],
  history: readonly HistoryEntry[],
  now: number,
): Lane[] {
  const tries = groupedBy(attempts, (one) => one.path);
  const built = environments(history);
  return tasks
    .filter((task) => STEPS.has(task.kind) && (task.created_at ?? null) !== null)
    .map((task) => ({
      path: task.path,
      name: task.display_name || task.name,
      depth: task.path.split("/").length - 1,
      state: shown(task),
      spans: spansOf(task, tries.get(task.path) ?? [], built, now),
    }))
    .filter((lane) => lane.spans.length > 0)
    .sort((one, other) => beginning(one) - beginning(other));
}

const beginning = (lane: Lane): number =>
  (lane.spans.find((span) => span.phase !== "waiting") ?? lane.spans[0])?.from ?? 0;

function spansOf(
  task: TaskRun,
  attempts: readonly Attempt[],
  built: ReadonlyMap<string, [number, number]>,
  now: number,
): Span[] {
  const spans: Span[] = [];
  const add = (phase: Phase, attempt: number, from: number, to: number | null | undefined) => {
    const end = to ?? now;
    if (end > from || to === null || to === undefined) {
      spans.push({
        phase,
        attempt,
        from,
        to: Math.max(from, end),
        open: to === null || to === undefined,
      });
    }
  };
  let waitedFrom = task.created_at ?? 0;
  const inOrder = [...attempts].sort((one, other) => one.number - other.number);
  for (const attempt of inOrder) {
    const { number } = attempt;
    add("waiting", number, waitedFrom, attempt.created_at);
    let ready = attempt.created_at;
    const environment = built.get(`${task.path}#${number}`);
    if (environment) {
      const [from, to] = environment.map((at) => Math.max(at, attempt.created_at)) as [
        number,
        number,
      ];
      add("waiting", number, attempt.created_at, from);
      add("environment", number, from, to);
      ready = to;
    }
    if (attempt.started_at === null || attempt.started_at === undefined) {
      add("staging", number, ready, attempt.finished_at);
    } else {
      const begin = Math.max(ready, beginningOfWork(attempt, attempt.started_at));
      add("staging", number, ready, begin);
      if (attempt.finished_at === null || attempt.finished_at === undefined) {
        add("running", number, begin, null);
      } else {
        const worked = begin + (attempt.usage?.wall_s ?? Number.POSITIVE_INFINITY);
        const end = Math.min(worked, attempt.finished_at);
        add("running", number, begin, end);
        add("overhead", number, end, attempt.finished_at);
      }
    }
    waitedFrom = attempt.finished_at ?? now;
  }
  if (inOrder.length === 0) {
    add("waiting", 0, waitedFrom, task.started_at ?? task.finished_at);
    if (task.started_at) {
      add("running", 0, task.started_at, task.finished_at);
    }
  }
  return spans;
}

/** The start of short attempts is told together with their end; how long they worked is known better. */
function beginningOfWork(attempt: Attempt, started: number): number {
  const worked = attempt.usage?.wall_s;
  if (!attempt.finished_at || worked === undefined) {
    return started;
  }
  return Math.max(attempt.created_at, Math.min(started, attempt.finished_at - worked));
}

/** When the environment of an attempt was prepared, as the history tells at its end. */
function environments(history: readonly HistoryEntry[]): Map<string, [number, number]> {
  const prepared = new Map<string, [number, number]>();
  for (const entry of history) {
    const { seconds, attempt } = entry.data ?? {};
    if (entry.kind === "environment_prepared" && typeof seconds === "number") {
      prepared.set(`${entry.path}#${attempt}`, [entry.at - seconds, entry.at]);
    }
  }
  return prepared;
}

export interface Scale {
  from: number;
  to: number;
}

export function scaleOf(all: readonly Lane[]): Scale {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const lane of all) {
    for (const span of lane.spans) {
      from = Math.min(from, span.from);
      to = Math.max(to, span.to);
    }
  }
  return { from, to: Math.max(to, from + 0.05) };
}

const NICE = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
  14_400, 28_800, 86_400, 172_800, 604_800,
];

/** Distances from the beginning at which the axis has marks: at most `most` of them. */
export function ticks({ from, to }: Scale, most: number): number[] {
  const length = to - from;
  const step = NICE.find((one) => length / one <= most) ?? length / most;
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => index * step);
}
