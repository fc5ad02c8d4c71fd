/** Made-up runs for working on the page without a server; never part of the build. */
import type {
  Attempt,
  Graph,
  GraphNode,
  Metric,
  RunDetail,
  RunRow,
  RunState,
  StoredArtifact,
  TaskRun,
  TaskState,
} from "../src/api/types.ts";

const now = Date.now() / 1000;
const STATES: RunState[] = [
  "succeeded",
  "succeeded",
  "failed",
  "succeeded",
  "canceled",
  "succeeded",
];
const PIPELINES = ["train-flights", "nightly-scoring", "evaluate-ranker"];

export function runRow(index: number): RunRow {
  const running = index < 2;
  const state: RunState = running ? "running" : (STATES[index % STATES.length] ?? "succeeded");
  const created = now - index * 1900 - 40;
  const length = 60 + ((index * 37) % 200);
  return {
    run_id: `run-${String(index).padStart(6, "0")}`,
    position: 100_000 - index,
    namespace: "",
    pipeline: PIPELINES[index % 3] ?? "",
    display_name:
      index === 5
        ? '<img src=x onerror="alert(1)"> \u202Egnp.exe'
        : `${PIPELINES[index % 3]} ${1000 - index}`,
    experiment: "default",
    source: "pipeline.py",
    document: "sha256:0",
    state,
    parameters: {
      learning_rate: 0.001 * (1 + (index % 5)),
      depth: 3 + (index % 4),
      data: "flights.csv",
    },
    submitted_by: index % 2 ? "ada" : "grace",
    tags: index % 3 ? {} : { team: "ranking" },
    created_at: created,
    started_at: created + 0.4,
    finished_at: running ? null : created + length,
    error: state === "failed" ? "fit failed: ValueError: the matrix is singular" : null,
    metrics: running
      ? {}
      : { auc: 0.8 + ((index * 7) % 17) / 100, loss: 0.3 - ((index * 3) % 11) / 100 },
    progress: running
      ? { succeeded: 5, running: 2, pending: 4 }
      : { succeeded: 9, failed: state === "failed" ? 1 : 0, skipped: 1 },
  };
}

interface Step {
  path: string;
  parent?: string;
  kind?: TaskRun["kind"];
  state: TaskState;
  after?: string[];
  reason?: string;
  cached?: boolean;
  iteration?: number;
}

const STEPS: Step[] = [
  {
    path: "load",
    state: "succeeded",
    cached: true,
    reason: "reused: the same code and inputs as run-000003/load",
  },
  { path: "split", state: "succeeded", after: ["load"] },
  { path: "sweep", kind: "loop", state: "running", after: ["split"] },
  ...[0, 1, 2, 3].flatMap((index): Step[] => [
    {
      path: `sweep[${index}]`,
      parent: "sweep",
      kind: "iteration",
      state: index < 2 ? "succeeded" : "running",
      iteration: index,
    },
    {
      path: `sweep[${index}]/fit`,
      parent: `sweep[${index}]`,
      state: index < 2 ? "succeeded" : index === 2 ? "failed" : "running",
    },
    {
      path: `sweep[${index}]/score`,
      parent: `sweep[${index}]`,
      state: index < 2 ? "succeeded" : "pending",
      after: [`sweep[${index}]/fit`],
      reason: index < 2 ? "" : "waits for fit",
    },
  ]),
  { path: "best", state: "pending", after: ["sweep"], reason: "waits for sweep" },
  {
    path: "good-enough",
    kind: "condition",
    state: "pending",
    after: ["best"],
    reason: "waits for best",
  },
  {
    path: "good-enough/publish",
    parent: "good-enough",
    state: "pending",
    reason: "waits for its group",
  },
  {
    path: "tidy",
    kind: "exit_handler",
    state: "skipped",
    after: [],
    reason: "skipped: the condition does not hold",
  },
];

export function detail(index: number): RunDetail {
  const run = runRow(index);
  const began = run.created_at;
  const tasks: TaskRun[] = STEPS.map((step, place) => {
    const name = step.path.split("/").at(-1) ?? step.path;
    const begun = step.state !== "pending" && step.state !== "skipped";
    const started = began + 1 + place * 1.5;
    return {
      run_id: run.run_id,
      path: step.path,
      parent: step.parent ?? "",
      name,
      display_name: name,
      component: `comp-${name}`,
      kind: step.kind ?? "container",
      state: step.state,
      reason: step.state === "failed" ? "ValueError: the matrix is singular" : (step.reason ?? ""),
      cached: step.cached ?? false,
      cache_key: "sha256:k",
      attempts: begun && !step.kind && !step.cached ? 1 : 0,
      iteration: step.iteration ?? null,
      created_at: began + place,
      started_at: begun ? started : null,
      finished_at: step.state === "running" || !begun ? null : started + 4 + place,
      inputs: {
        parameters: {
          learning_rate: 0.01,
          names: ["a", "b"],
          settings: { nested: { deep: true } },
        },
      },
      outputs:
        step.state === "succeeded"
          ? { parameters: { rows: 1204 }, artifacts: { data: [artifact(index, name).artifact] } }
          : null,
      error:
        step.state === "failed"
          ? {
              kind: "user",
              type: "ValueError",
              message: "the matrix is singular",
              traceback:
                'Traceback (most recent call last):\n  File "pipeline.py", line 12, in fit\n    solve(a, b)\nValueError: the matrix is singular',
              file: "pipeline.py",
              line: 12,
              exit_code: 1,
            }
          : null,
    };
  });
  const attempts: Attempt[] = tasks
    .filter((task) => task.attempts)
    .map((task) => ({
      run_id: run.run_id,
      path: task.path,
      number: 1,
      state: task.state,
      created_at: (task.started_at ?? 0) - 0.8,
      started_at: task.started_at,
      finished_at: task.finished_at,
      where: "process 4711",
      error: task.error,
      usage: task.finished_at
        ? {
            wall_s: task.finished_at - (task.started_at ?? 0) - 0.3,
            cpu_s: 2.1,
            max_rss_bytes: 210_000_000,
          }
        : null,
    }));
  const metrics: Metric[] = [
    { run_id: run.run_id, path: "sweep[0]/score", artifact: "a", name: "auc", value: 0.873 },
    { run_id: run.run_id, path: "sweep[1]/score", artifact: "b", name: "auc", value: 0.912 },
  ];
  return { run, tasks, attempts, metrics, last_event_id: 10 };
}

export function graph(): Graph {
  const nodes: GraphNode[] = STEPS.map((step) => ({
    path: step.path,
    parent: step.parent ?? "",
    name: step.path.split("/").at(-1) ?? "",
    component: "comp",
    kind:
      step.kind === "iteration"
        ? "dag"
        : step.kind === "exit_handler"
          ? "exit"
          : (step.kind ?? "container"),
    iteration: step.iteration ?? null,
    image: "python:3.11",
  }));
  const edges = STEPS.flatMap((step) =>
    (step.after ?? []).map((source) => ({
      source,
      target: step.path,
      kind: "data" as const,
      label: "data",
    })),
  );
  return {
    nodes,
    edges,
    inputs: [
      { name: "learning_rate", type: "NUMBER_DOUBLE", default: 0.01, has_default: true },
      { name: "depth", type: "NUMBER_INTEGER" },
      { name: "settings", type: "STRUCT", optional: true },
    ],
  };
}

export function artifact(index: number, name: string): StoredArtifact {
  return {
    artifact: {
      id: `artifact-${index}-${name}`,
      name: "data",
      schema_title: "system.Dataset",
      schema_version: "0.0.1",
      uri: `file:///home/artifacts/${name}/data`,
      metadata: { rows: 1204, link: "javascript:alert(1)" },
      digest: "sha256:1f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c5b6a7988",
      size: 48_211,
    },
    run_id: `run-${String(index).padStart(6, "0")}`,
    path: name,
    attempt: 1,
    created_at: now - index * 1900,
  };
}

export function log(lines: number): string {
  return Array.from({ length: lines }, (_, index) =>
    index % 11 === 3
      ? `\u001b[33mwarning\u001b[0m line ${index}: the column \u001b[1mdelay\u001b[0m has gaps`
      : `2026-11-24 07:00:${String(index % 60).padStart(2, "0")} INFO epoch ${index} loss=${(1 / (index + 1)).toFixed(5)}`,
  ).join("\n");
}
