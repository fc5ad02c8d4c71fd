import { expect, test } from "vitest";
import { mergedDetail, mergedHistory, mergedRows } from "../src/api/merging.ts";
import { EventParser } from "../src/api/sse.ts";
import type { FeedEntry, RunDetail, RunRow, TaskRun } from "../src/api/types.ts";

const run = (state: RunRow["state"]): RunRow => ({
  run_id: "r",
  position: 1,
  namespace: "",
  pipeline: "p",
  display_name: "n",
  experiment: "e",
  source: "",
  document: "",
  state,
  created_at: 0,
});
const task = (state: TaskRun["state"]): TaskRun => ({
  run_id: "r",
  path: "fit",
  name: "fit",
  display_name: "",
  component: "",
  kind: "container",
  state,
});
const detail: RunDetail = {
  run: run("running"),
  tasks: [task("running")],
  attempts: [],
  metrics: [],
  last_event_id: 5,
};
const entry = (id: number, rows: Partial<FeedEntry> = {}): FeedEntry => ({
  id,
  run_id: "r",
  at: 0,
  kind: "task_succeeded",
  ...rows,
});

test("an entry replaces its rows and is remembered", () => {
  const after = mergedDetail(detail, entry(6, { task: task("succeeded"), run: run("succeeded") }));
  expect([after.tasks[0]?.state, after.run.state, after.last_event_id]).toEqual([
    "succeeded",
    "succeeded",
    6,
  ]);
});

test("an entry that was seen changes nothing", () => {
  expect(mergedDetail(detail, entry(5, { task: task("failed") }))).toBe(detail);
});

test("a new attempt is put at the end", () => {
  const attempt = { run_id: "r", path: "fit", number: 2, state: "running" as const, created_at: 0 };
  expect(mergedDetail(detail, entry(7, { attempt })).attempts).toEqual([attempt]);
});

test("a row of a list keeps what the feed does not tell", () => {
  const pages = {
    pages: [{ items: [{ ...run("running"), metrics: { auc: 1 } }] }],
    pageParams: [],
  };
  expect(mergedRows(pages, entry(6, { run: run("failed") })).pages[0]?.items[0]).toMatchObject({
    state: "failed",
    metrics: { auc: 1 },
  });
  expect(mergedRows(pages, entry(6, { run: { ...run("failed"), run_id: "other" } }))).toBe(pages);
});

test("the history grows at its end, once", () => {
  const data = { pages: [{ items: [entry(1)] }], pageParams: [] };
  const grown = mergedHistory(data, entry(2));
  expect(grown.pages[0]?.items.map((one) => one.id)).toEqual([1, 2]);
  expect(mergedHistory(grown, entry(2))).toBe(grown);
});

test("events are read however they are cut", () => {
  const sent =
    'id: 7\nevent: run_running\ndata: {"a":1}\n\n: heartbeat\n\nid: 8\r\ndata: one\r\ndata: two\r\n\r\n';
  for (let cut = 0; cut <= sent.length; cut += 1) {
    const parser = new EventParser();
    expect([...parser.push(sent.slice(0, cut)), ...parser.push(sent.slice(cut))]).toEqual([
      { id: "7", event: "run_running", data: '{"a":1}' },
      { id: "8", event: "message", data: "one\ntwo" },
    ]);
  }
});
