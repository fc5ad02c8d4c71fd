/** How long a run took against the others of its pipeline; pure. */
import type { Run } from "@/api/types";

export interface Length {
  seconds: number;
  /** Of the other ended runs of the pipeline that are known; null when there is none. */
  median: number | null;
  /** The bar's part of the longest, from 0 to 1. */
  part: number;
  /** Where the median is on the same scale, from 0 to 1. */
  mark: number | null;
}

export const lengthOf = (run: Run, now: number): number | null =>
  run.started_at ? Math.max(0, (run.finished_at ?? now) - run.started_at) : null;

/** Return for each pipeline the sorted lengths of the runs of it that have ended well. */
export function knownLengths(runs: readonly Run[]): Map<string, number[]> {
  const known = new Map<string, number[]>();
  for (const run of runs) {
    if (run.state === "succeeded" && run.started_at && run.finished_at) {
      const lengths = known.get(run.pipeline) ?? [];
      lengths.push(run.finished_at - run.started_at);
      known.set(run.pipeline, lengths);
    }
  }
  for (const lengths of known.values()) {
    lengths.sort((one, other) => one - other);
  }
  return known;
}

export function compared(run: Run, known: Map<string, number[]>, now: number): Length | null {
  const seconds = lengthOf(run, now);
  if (seconds === null) {
    return null;
  }
  const others = known.get(run.pipeline) ?? [];
  const median = others.length > 1 ? (others[Math.floor((others.length - 1) / 2)] ?? null) : null;
  const longest = Math.max(seconds, others.at(-1) ?? 0) || 1;
  return {
    seconds,
    median,
    part: seconds / longest,
    mark: median === null ? null : median / longest,
  };
}
