/** Quotas as they are typed, and as they are sent; pure. */
import type { Quota } from "@/api/settings";

export const LIMITS = ["max_runs", "cpu", "memory_bytes", "gpus", "runs_per_minute"] as const;
export type Limit = (typeof LIMITS)[number];
export type TypedQuota = Record<Limit, string>;

const GIB = 2 ** 30;
const WHOLE: ReadonlySet<Limit> = new Set(["max_runs", "gpus", "runs_per_minute"]);

/** A limit as it is shown: memory in GiB, no limit as nothing. */
export function limitText(limit: Limit, value: number | null | undefined): string {
  if (value === null || value === undefined) {
    return "";
  }
  return String(limit === "memory_bytes" ? Number((value / GIB).toFixed(3)) : value);
}

export function typedQuota(quota: Quota | undefined): TypedQuota {
  return Object.fromEntries(
    LIMITS.map((limit) => [limit, limitText(limit, quota?.[limit])]),
  ) as TypedQuota;
}

/** Return the quota to send, or the limits that are no numbers; what is empty has no limit. */
export function readQuota(typed: TypedQuota): { quota: Quota } | { bad: Limit[] } {
  const quota: Quota = {};
  const bad: Limit[] = [];
  for (const limit of LIMITS) {
    const text = typed[limit].trim();
    const value = Number(text);
    if (text === "") {
      quota[limit] = null;
    } else if (!/^\d{1,12}(\.\d+)?$/.test(text) || (WHOLE.has(limit) && !Number.isInteger(value))) {
      bad.push(limit);
    } else {
      quota[limit] = limit === "memory_bytes" ? Math.round(value * GIB) : value;
    }
  }
  return bad.length > 0 ? { bad } : { quota };
}
