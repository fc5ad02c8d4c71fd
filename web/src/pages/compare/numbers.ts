/** What of runs can be drawn: parameters and metrics that are numbers; pure. */
import type { Comparison } from "@/api/types";

export interface Axis {
  name: string;
  kind: "parameter" | "metric";
  /** Run id to value. */
  values: Map<string, number>;
  low: number;
  high: number;
}

/** Return the axes with numbers of at least two runs; those that differ come first, metrics last. */
export function axesOf(comparison: Comparison): Axis[] {
  const axes: Axis[] = [];
  for (const kind of ["parameter", "metric"] as const) {
    for (const row of comparison[`${kind}s`]) {
      const values = new Map<string, number>();
      for (const [runId, value] of Object.entries(row.values)) {
        if (typeof value === "number" && Number.isFinite(value)) {
          values.set(runId, value);
        }
      }
      if (values.size > 1) {
        const all = [...values.values()];
        axes.push({ name: row.name, kind, values, low: Math.min(...all), high: Math.max(...all) });
      }
    }
  }
  return axes.filter((axis) => axis.low !== axis.high);
}

/** Where a value lies between the ends of its axis, from 0 to 1. */
export function partOf(axis: Axis, value: number): number {
  return axis.high === axis.low ? 0.5 : (value - axis.low) / (axis.high - axis.low);
}
