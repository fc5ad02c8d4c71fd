/** Settings within settings as one list of dotted names; pure. */
import type { Json } from "@/api/types";

/** Return each value that is no table with its name; tables without anything keep theirs. */
export function flattened(of: { [name: string]: Json }, above = ""): [string, Json][] {
  return Object.entries(of).flatMap(([name, value]): [string, Json][] => {
    const whole = above ? `${above}.${name}` : name;
    const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
    return isTable && Object.keys(value).length > 0 ? flattened(value, whole) : [[whole, value]];
  });
}
