/**
 * The events of the server as they happen: one connection for the page, closed while nobody looks.
 *
 * Entries are put into the cache of queries in batches, once a frame. A feed that was closed goes
 * on after the last entry that it has seen.
 */
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { address } from "./client";
import { mergedDetail, mergedHistory, mergedRows, type RunPages } from "./merging";
import { follow, type ServerEvent } from "./sse";
import type { FeedEntry, HistoryEntry, RunDetail } from "./types";

export type FeedState = "connecting" | "live" | "broken";

/** Entries are followed by a fresh look at lists, at most once in this time. */
const RELIST_MS = 1500;
const LISTS = [
  "runs",
  "cluster",
  "artifacts",
  "experiments",
  "recurring-runs",
  "recurring-run",
  "task-explain",
  "run-usage",
];

export class Feed {
  private readonly cache: QueryClient;
  private readonly listeners = new Set<() => void>();
  private stop: (() => void) | null = null;
  private runId: string | null = null;
  private after = 0;
  private batch: FeedEntry[] = [];
  private frame = 0;
  private relist = 0;
  private state: FeedState = "connecting";

  constructor(cache: QueryClient) {
    this.cache = cache;
  }

  /** Begin, and end with the returned function. */
  start(): () => void {
    const look = () => (document.hidden ? this.close() : this.open());
    document.addEventListener("visibilitychange", look);
    look();
    return () => {
      document.removeEventListener("visibilitychange", look);
      this.close();
    };
  }

  /** Follow one run from an entry on, or all runs (null) from now. */
  about(runId: string | null, after = 0): void {
    if (this.runId === runId) {
      return;
    }
    this.runId = runId;
    this.after = after;
    if (this.stop) {
      this.close();
      this.open();
    }
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  current = (): FeedState => this.state;

  private open(): void {
    this.stop ??= follow({
      address: () =>
        address("/events", { run_id: this.runId, rows: 1, after: this.after || undefined }),
      take: (event) => this.take(event),
      state: (live) => this.become(live ? "live" : "broken"),
    });
  }

  private close(): void {
    this.stop?.();
    this.stop = null;
  }

  private become(state: FeedState): void {
    if (state === this.state) {
      return;
    }
    if (this.state === "broken") {
      void this.cache.invalidateQueries();
    }
    this.state = state;
    for (const listener of this.listeners) {
      listener();
    }
  }

  private take(event: ServerEvent): void {
    const entry = JSON.parse(event.data) as FeedEntry;
    this.after = Math.max(this.after, entry.id);
    this.batch.push(entry);
    this.frame ||= requestAnimationFrame(() => this.flush());
  }

  private flush(): void {
    this.frame = 0;
    const batch = this.batch;
    this.batch = [];
    for (const entry of batch) {
      this.cache.setQueryData<RunDetail>(["run", entry.run_id], (detail) =>
        detail ? mergedDetail(detail, entry) : detail,
      );
      this.cache.setQueryData<InfiniteData<{ items: HistoryEntry[] }>>(
        ["run-events", entry.run_id],
        (data) => (data ? mergedHistory(data, entry) : data),
      );
    }
    this.cache.setQueriesData<RunPages>({ queryKey: ["runs"] }, (data) =>
      data?.pages ? batch.reduce(mergedRows, data) : data,
    );
    this.relist ||= window.setTimeout(() => {
      this.relist = 0;
      for (const key of LISTS) {
        void this.cache.invalidateQueries({ queryKey: [key] });
      }
    }, RELIST_MS);
  }
}
