/** Models with the runs that made them, and which metrics those runs have; pure. */
import type { RunRow, StoredArtifact } from "@/api/types";

export interface ModelRow {
  stored: StoredArtifact;
  /** Missing while it is not known, or when it is gone. */
  run?: RunRow;
}

/** Return the models with their runs. */
export function joined(models: readonly StoredArtifact[], runs: readonly RunRow[]): ModelRow[] {
  const known = new Map(runs.map((run) => [run.run_id, run]));
  return models.map((stored) => ({ stored, run: known.get(stored.run_id) }));
}

/** Return the names of metrics that most of the runs have, at most so many. */
export function commonMetrics(rows: readonly ModelRow[], most: number): string[] {
  const counts = new Map<string, number>();
  for (const { run } of rows) {
    for (const name of Object.keys(run?.metrics ?? {})) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort(([one, few], [other, many]) => many - few || one.localeCompare(other))
    .slice(0, most)
    .map(([name]) => name);
}

/** Return the rows by a metric (`metric.auc`, `-metric.auc`), those without it at the end. */
export function byMetric(rows: readonly ModelRow[], sort: string): readonly ModelRow[] {
  const name = metricOf(sort);
  if (name === null) {
    return rows;
  }
  const sign = sort.startsWith("-") ? -1 : 1;
  const measured = (row: ModelRow) => row.run?.metrics?.[name] ?? undefined;
  return [...rows].sort((one, other) => {
    const [a, b] = [measured(one), measured(other)];
    if (a === undefined || b === undefined) {
      return Number(a === undefined) - Number(b === undefined);
    }
    return sign * (a - b);
  });
}

/** The name of the metric that a sort is about, or null. */
export function metricOf(sort: string): string | null {
  return /^-?metric\.(.+)$/.exec(sort)?.[1] ?? null;
}
