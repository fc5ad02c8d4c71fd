/** Which parts of the settings somebody has something to do with; pure. */
import type { Me } from "@/api/types";

export const VIEWS = [
  "account",
  "namespaces",
  "tokens",
  "webhooks",
  "audit",
  "configuration",
] as const;
export type View = (typeof VIEWS)[number];

/** Return them in their order; the server decides again at each request. */
export function viewsFor(who: Me): View[] {
  const isMulti = who.mode === "multi";
  const manages = who.admin || who.namespaces.some((one) => one.role === "admin");
  const allowed: Record<View, boolean> = {
    account: true,
    namespaces: isMulti,
    tokens: isMulti,
    webhooks: manages,
    audit: manages,
    configuration: who.admin,
  };
  return VIEWS.filter((view) => allowed[view]);
}
