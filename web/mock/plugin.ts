/** Answers the native API from made-up data in Vite's development server: `npm run mock`. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import { artifact, detail, graph, log, runRow } from "./data.ts";

const TOTAL = 5000;
const MOCK_LOG = new TextEncoder().encode(log(20_000));

export function mock(): Plugin {
  return {
    name: "mock",
    configureServer(server) {
      server.middlewares.use("/api/v1", (request, response) => answer(request, response));
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://mock");
  const [, kind = "", id = "", what = ""] = url.pathname.split("/");
  if (kind === "events" || (what === "logs" && url.pathname.endsWith("/stream"))) {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(": hello\n\n");
    return;
  }
  if (what === "logs") {
    sendLog(url, response);
    return;
  }
  const body = bodyOf(kind, decodeURIComponent(id), what, url);
  response.statusCode = body === undefined ? 404 : 200;
  response.setHeader("Content-Type", "application/json");
  response.end(
    JSON.stringify(
      body ?? { error: { code: "HR4001", message: `the mock has no ${url.pathname}` } },
    ),
  );
}

function sendLog(url: URL, response: ServerResponse): void {
  const asked = Number(url.searchParams.get("offset") ?? 0);
  const limit = Number(url.searchParams.get("limit") ?? 65536);
  const start = asked < 0 ? Math.max(0, MOCK_LOG.length + asked) : asked;
  const part = MOCK_LOG.subarray(start, start + limit);
  response.writeHead(200, {
    "Content-Type": "text/plain",
    "X-Log-Offset": String(start),
    "X-Log-End": String(MOCK_LOG.length),
    "X-Log-Complete": "1",
  });
  response.end(part);
}

function bodyOf(kind: string, id: string, what: string, url: URL): unknown {
  const index = Number(id.split("-").at(-1)) || 0;
  if (kind === "me") {
    return {
      user: "you",
      mode: "single",
      admin: true,
      namespaces: [{ name: "", role: "admin" }],
      version: "0.1",
    };
  }
  if (kind === "runs" && id === "") {
    const from = Number(url.searchParams.get("page_token") || 0);
    const limit = Number(url.searchParams.get("limit") ?? 50);
    const items = Array.from({ length: Math.min(limit, TOTAL - from) }, (_, at) =>
      runRow(from + at),
    );
    return { items, next_token: from + limit < TOTAL ? String(from + limit) : null, total: TOTAL };
  }
  if (kind === "runs" && id === "bulk") {
    return { done: [], failed: [] };
  }
  if (kind === "runs") {
    const answers: Record<string, () => unknown> = {
      "": () => detail(index),
      graph,
      explain: () => ({
        hit: false,
        reason: "the inputs differ",
        fields: [{ field: "inputs.depth", here: "3", there: "4" }],
        compared_with: "run-000004/load",
      }),
      source: () => ({
        file: "pipeline.py",
        line: 12,
        text: "def fit(data):\n    return solve(data)\n",
        language: "python",
      }),
      environment: () => ({
        lock: "sha256:abc",
        packages: ["numpy==2.1.0", "pandas==2.2.3"],
        as_of: "2026-10-01",
        reason: "pandas 2.2.3 was released then",
      }),
      usage: () => [],
      events: () => ({
        items: [
          {
            id: 1,
            run_id: id,
            at: runRow(index).created_at,
            kind: "run_started",
            message: "the run began",
          },
        ],
      }),
      document: () => ({ spec: {}, yaml: "pipelineInfo:\n  name: train\n" }),
    };
    return answers[what]?.();
  }
  if (kind === "artifacts" && id === "") {
    return { items: [artifact(0, "load"), artifact(1, "split")], next_token: null };
  }
  if (kind === "artifacts") {
    return what === ""
      ? { artifact: artifact(0, "load"), producer: null, consumers: [] }
      : what === "lineage"
        ? { nodes: [], edges: [] }
        : { kind: "none" };
  }
  if (["experiments", "pipelines"].includes(kind) && id === "") {
    return { items: [{ id: "default", namespace: "", name: "Default", created_at: 0 }] };
  }
  return undefined;
}
