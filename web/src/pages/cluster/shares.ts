/** Who uses how much of what there is; pure. */
import type { Cluster, Resources } from "@/api/types";

export interface Share {
  /** Of the run, or null for what others use whose runs cannot be seen. */
  runId: string | null;
  steps: number;
  amount: number;
}

export interface Gauge {
  /** `cpu`, `memory`, or the kind of a device. */
  resource: string;
  total: number;
  used: number;
  shares: Share[];
}

/** Return a gauge for each resource that there is: the users of most of it first. */
export function gauges({ capacity, used, running }: Cluster): Gauge[] {
  const of = (resource: string, amountOf: (one: Resources) => number): Gauge => ({
    resource,
    total: amountOf(capacity),
    used: amountOf(used),
    shares: shares(running, amountOf, amountOf(used)),
  });
  const kinds = new Set([
    ...Object.keys(capacity.devices ?? {}),
    ...Object.keys(used.devices ?? {}),
  ]);
  return [
    of("cpu", (one) => one.cpu ?? 0),
    of("memory", (one) => one.memory_bytes ?? 0),
    ...[...kinds].sort().map((kind) => of(kind, (one) => one.devices?.[kind] ?? 0)),
  ];
}

function shares(
  running: Cluster["running"],
  amountOf: (one: Resources) => number,
  used: number,
): Share[] {
  const byRun = new Map<string, Share>();
  for (const step of running) {
    const amount = amountOf(step);
    if (amount > 0) {
      const share = byRun.get(step.run_id) ?? { runId: step.run_id, steps: 0, amount: 0 };
      share.steps += 1;
      share.amount += amount;
      byRun.set(step.run_id, share);
    }
  }
  const known = [...byRun.values()].sort((one, other) => other.amount - one.amount);
  const rest = used - known.reduce((sum, one) => sum + one.amount, 0);
  return rest > used * 1e-6 ? [...known, { runId: null, steps: 0, amount: rest }] : known;
}

/** Ids of the runs that run or wait, each once. */
export function runsAtWork({ running, waiting }: Cluster): string[] {
  return [...new Set([...running, ...waiting].map((one) => one.run_id))].sort();
}
