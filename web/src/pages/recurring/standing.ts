/** How a recurring run stands; pure. */
import type { RecurringRun } from "@/api/types";

export type Standing = "on" | "off" | "over" | "error";

/** Return how it stands; fields that hold their default are missing, and the default is on. */
export function standing(of: RecurringRun): Standing {
  if (of.enabled === false) {
    return "off";
  }
  if (of.error) {
    return "error";
  }
  return of.next_tick_at === null || of.next_tick_at === undefined ? "over" : "on";
}
