import { expect, test } from "vitest";
import { parted } from "../src/api/places.ts";
import type { Cluster, Me, RunRow, StoredArtifact } from "../src/api/types.ts";
import { gauges, runsAtWork } from "../src/pages/cluster/shares.ts";
import { byMetric, commonMetrics, joined, metricOf } from "../src/pages/models/rows.ts";
import { flattened } from "../src/pages/settings/flattened.ts";
import { limitText, readQuota, typedQuota } from "../src/pages/settings/limits.ts";
import { highestScope, tokenState } from "../src/pages/settings/token-state.ts";
import { viewsFor } from "../src/pages/settings/views.ts";
import { rightsOf } from "../src/shell/rights.ts";

const who = (to: Partial<Me>): Me => ({
  user: "ada",
  mode: "multi",
  admin: false,
  namespaces: [],
  version: "1",
  ...to,
});
const single = who({
  user: "",
  mode: "single",
  admin: true,
  namespaces: [{ name: "", role: "admin" }],
});
const member = (role: string) => who({ namespaces: [{ name: "a", role }] });

test.each([
  ["one user", single, undefined, [true, true, true]],
  ["an administrator", who({ admin: true }), "a", [true, true, true]],
  ["an admin of it", member("admin"), "a", [false, true, true]],
  ["an editor of it", member("editor"), "a", [false, false, true]],
  ["a viewer of it", member("viewer"), "a", [false, false, false]],
  ["an admin of another", member("admin"), "b", [false, false, false]],
  ["nobody yet", undefined, "a", [false, false, false]],
] as [string, Me | undefined, string | undefined, boolean[]][])(
  "rights of %s",
  (_, me, name, expected) => {
    const { administer, manage, write } = rightsOf(me, name);
    expect([administer, manage, write]).toEqual(expected);
  },
);

test.each([
  ["one user", single, "account webhooks audit configuration"],
  [
    "an administrator",
    who({ admin: true }),
    "account namespaces tokens webhooks audit configuration",
  ],
  ["an admin", member("admin"), "account namespaces tokens webhooks audit"],
  ["an editor", member("editor"), "account namespaces tokens"],
  ["a stranger", who({}), "account namespaces tokens"],
])("settings of %s", (_, me, views) => {
  expect(viewsFor(me).join(" ")).toBe(views);
});

const model = (id: string, run_id: string): StoredArtifact => ({
  artifact: { id, name: id, schema_title: "system.Model", schema_version: "0.0.1", uri: "" },
  run_id,
  path: "fit",
  attempt: 1,
  created_at: 0,
});
const run = (run_id: string, metrics?: Record<string, number>) => ({ run_id, metrics }) as RunRow;

test("models are shown by a metric of their runs, those without it at the end", () => {
  const rows = joined(
    [model("m1", "r1"), model("m2", "r2"), model("m3", "gone"), model("m4", "r4")],
    [run("r1", { auc: 0.8, loss: 2 }), run("r2", { auc: 0.9 }), run("r4", { loss: 1 })],
  );
  const order = (sort: string) => byMetric(rows, sort).map((row) => row.stored.artifact.id);
  expect(order("-metric.auc")).toEqual(["m2", "m1", "m3", "m4"]);
  expect(order("metric.auc")).toEqual(["m1", "m2", "m3", "m4"]);
  expect(order("-created_at")).toEqual(["m1", "m2", "m3", "m4"]);
  expect(commonMetrics(rows, 5)).toEqual(["auc", "loss"]);
  expect(commonMetrics(rows, 1)).toEqual(["auc"]);
  expect([metricOf("-metric.a.b"), metricOf("name")]).toEqual(["a.b", null]);
});

test("who uses what, the users of most first, and what others use", () => {
  const cluster: Cluster = {
    capacity: { cpu: 8, memory_bytes: 100, devices: { gpu: 2 } },
    used: { cpu: 6, memory_bytes: 40, devices: { gpu: 1 } },
    running: [
      { run_id: "a", path: "x", since: 0, cpu: 1, memory_bytes: 40 },
      { run_id: "b", path: "x", since: 0, cpu: 2, devices: { gpu: 1 } },
      { run_id: "a", path: "y", since: 0, cpu: 2 },
      { run_id: "c", path: "idle", since: 0 },
    ],
    waiting: [{ run_id: "d", path: "x", reason: "", since: 0 }],
  };
  const [cpu, memory, gpu] = gauges(cluster);
  expect(cpu?.shares).toEqual([
    { runId: "a", steps: 2, amount: 3 },
    { runId: "b", steps: 1, amount: 2 },
    { runId: null, steps: 0, amount: 1 },
  ]);
  expect(memory?.shares).toEqual([{ runId: "a", steps: 1, amount: 40 }]);
  expect([gpu?.resource, gpu?.used, gpu?.total]).toEqual(["gpu", 1, 2]);
  expect(runsAtWork(cluster)).toEqual(["a", "b", "c", "d"]);
});

test("a quota is typed with memory in GiB and read back", () => {
  const quota = { max_runs: 3, memory_bytes: 1.5 * 2 ** 30, cpu: 0.5 };
  const typed = typedQuota(quota);
  expect(typed).toEqual({
    max_runs: "3",
    cpu: "0.5",
    memory_bytes: "1.5",
    gpus: "",
    runs_per_minute: "",
  });
  expect(readQuota(typed)).toEqual({ quota: { ...quota, gpus: null, runs_per_minute: null } });
  expect(limitText("gpus", 0)).toBe("0");
});

test.each([
  ["max_runs", "1.5"],
  ["gpus", "-1"],
  ["cpu", "1e3"],
  ["memory_bytes", "much"],
  ["runs_per_minute", "NaN"],
] as const)("%s cannot be %s", (limit, text) => {
  expect(readQuota({ ...typedQuota({}), [limit]: text })).toEqual({ bad: [limit] });
});

test("a token is good until it ends or is revoked", () => {
  const token = { id: "", name: "", user: "", scopes: [], created_at: 0 };
  expect(tokenState({ ...token }, 10)).toBe("good");
  expect(tokenState({ ...token, expires_at: 11 }, 10)).toBe("good");
  expect(tokenState({ ...token, expires_at: 10 }, 10)).toBe("expired");
  expect(tokenState({ ...token, expires_at: 11, revoked_at: 5 }, 10)).toBe("revoked");
  expect(highestScope(["read", "manage", "write"])).toBe("manage");
  expect(highestScope([])).toBeUndefined();
});

test("settings within settings have dotted names", () => {
  expect(flattened({ a: 1, b: { c: [2], d: { e: null } }, f: {} })).toEqual([
    ["a", 1],
    ["b.c", [2]],
    ["b.d.e", null],
    ["f", {}],
  ]);
});

test("a list in parts keeps its full parts when it grows", () => {
  const grown = [1, 2, 3, 4, 5];
  expect(parted(grown.slice(0, 3), 2)).toEqual([[1, 2], [3]]);
  expect(parted(grown, 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(parted([], 2)).toEqual([]);
});
