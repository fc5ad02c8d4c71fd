/** How an entry of the feed changes what is in the cache; pure, and returns the same value for no news. */
import type { FeedEntry, HistoryEntry, Page, RunDetail, RunRow } from "./types";

export interface RunPages {
  pages: Page<RunRow>[];
  pageParams: unknown[];
}

/** Return the run with the rows of the entry put in; an entry that it has seen changes nothing. */
export function mergedDetail(detail: RunDetail, entry: FeedEntry): RunDetail {
  if (entry.run_id !== detail.run.run_id || entry.id <= detail.last_event_id) {
    return detail;
  }
  const next: RunDetail = { ...detail, last_event_id: entry.id };
  if (entry.run) {
    next.run = entry.run;
  }
  if (entry.task) {
    const { task } = entry;
    next.tasks = replaced(detail.tasks, task, (one) => one.path === task.path);
  }
  if (entry.attempt) {
    const { attempt } = entry;
    next.attempts = replaced(
      detail.attempts,
      attempt,
      (one) => one.path === attempt.path && one.number === attempt.number,
    );
  }
  return next;
}

/** Return the pages of runs with the run of the entry put in its place, if it is on one of them. */
export function mergedRows(data: RunPages, entry: FeedEntry): RunPages {
  const { run } = entry;
  if (!run) {
    return data;
  }
  let found = false;
  const pages = data.pages.map((page) => {
    const index = page.items.findIndex((row) => row.run_id === run.run_id);
    const before = page.items[index];
    if (!before) {
      return page;
    }
    found = true;
    return { ...page, items: page.items.with(index, { ...before, ...run }) };
  });
  return found ? { ...data, pages } : data;
}

/** Return the history with the entry at its end, unless it is there already. */
export function mergedHistory(
  data: { pages: { items: HistoryEntry[] }[]; pageParams: unknown[] },
  entry: HistoryEntry,
): typeof data {
  const last = data.pages.at(-1);
  if (!last || last.items.length >= 500 || (last.items.at(-1)?.id ?? 0) >= entry.id) {
    return data;
  }
  return { ...data, pages: data.pages.with(-1, { items: [...last.items, entry] }) };
}

function replaced<T>(items: T[], item: T, same: (one: T) => boolean): T[] {
  const index = items.findIndex(same);
  return index < 0 ? [...items, item] : items.with(index, item);
}
