/** What the settings read and change: namespaces, members, tokens, webhooks, the audit log. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, type Search } from "./client";
import type { Json, Page } from "./types";

export type Role = "viewer" | "editor" | "admin";
export const ROLES: readonly Role[] = ["viewer", "editor", "admin"];

export interface Quota {
  max_runs?: number | null;
  cpu?: number | null;
  memory_bytes?: number | null;
  gpus?: number | null;
  runs_per_minute?: number | null;
}

export interface Namespace {
  name: string;
  created_at: number;
  description?: string;
  quota?: Quota;
  service_accounts?: string[];
}

export interface SeenNamespace {
  namespace: Namespace;
  role?: Role | null;
  usage?: { active_runs: number; created_runs: number } | null;
}

export interface Member {
  namespace: string;
  user: string;
  role: Role;
}

export type Scope = "read" | "write" | "manage" | "administer";

export interface Token {
  id: string;
  name: string;
  user: string;
  scopes: Scope[];
  created_at: number;
  namespace?: string | null;
  role?: Role | null;
  expires_at?: number | null;
  last_used_at?: number | null;
  revoked_at?: number | null;
}

export type Format = "generic" | "slack" | "email";

export interface Webhook {
  id: string;
  namespace: string;
  name: string;
  url: string;
  created_at: number;
  format?: Format;
  states?: string[];
  pipelines?: string[];
  /** Missing means yes. */
  enabled?: boolean;
  created_by?: string;
}

export interface Delivery {
  id: string;
  run_id: string;
  created_at: number;
  attempts?: number;
  state?: "pending" | "delivered" | "failed";
  error?: string | null;
}

export interface AuditEntry {
  id: number;
  at: number;
  user: string;
  action: string;
  kind: string;
  resource?: string;
  namespace?: string;
  outcome?: string;
  detail?: string;
  address?: string;
}

const part = encodeURIComponent;
interface Items<T> {
  items: T[];
}

export const namespaces = queryOptions({
  queryKey: ["namespaces"],
  queryFn: ({ signal }) => get<Items<SeenNamespace>>("/namespaces", { signal }),
});

export function namespace(name: string) {
  return queryOptions({
    queryKey: ["namespace", name],
    queryFn: ({ signal }) => get<SeenNamespace>(`/namespaces/${part(name)}`, { signal }),
  });
}

export function members(name: string) {
  return queryOptions({
    queryKey: ["members", name],
    queryFn: ({ signal }) => get<Items<Member>>(`/namespaces/${part(name)}/members`, { signal }),
  });
}

export const tokens = queryOptions({
  queryKey: ["tokens"],
  queryFn: ({ signal }) => get<Items<Token>>("/tokens", { signal }),
});

export function webhooks(of: string | undefined) {
  return queryOptions({
    queryKey: ["webhooks", of],
    queryFn: ({ signal }) =>
      get<Items<Webhook>>("/webhooks", { search: { namespace: of }, signal }),
  });
}

export function deliveries(webhookId: string) {
  return queryOptions({
    queryKey: ["deliveries", webhookId],
    queryFn: ({ signal }) =>
      get<Items<Delivery>>(`/webhooks/${part(webhookId)}/deliveries`, { signal }),
  });
}

export function auditEntries(search: Search) {
  return infiniteQueryOptions({
    queryKey: ["audit", search],
    queryFn: ({ pageParam, signal }) =>
      get<Page<AuditEntry>>("/audit", { search: { ...search, page_token: pageParam }, signal }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_token || undefined,
    staleTime: 0,
  });
}

export const configuration = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => get<{ [name: string]: Json }>("/settings", { signal }),
});
