/** Whether a token is good for anything, and for what; pure. */
import type { Scope, Token } from "@/api/settings";

export type TokenState = "good" | "expired" | "revoked";

const ORDER: readonly Scope[] = ["read", "write", "manage", "administer"];

export function tokenState(token: Token, now: number): TokenState {
  if (token.revoked_at !== null && token.revoked_at !== undefined) {
    return "revoked";
  }
  const end = token.expires_at;
  return end !== null && end !== undefined && end <= now ? "expired" : "good";
}

/** The scope that includes all others that a token has. */
export function highestScope(scopes: readonly Scope[]): Scope | undefined {
  return ORDER.filter((scope) => scopes.includes(scope)).at(-1);
}
