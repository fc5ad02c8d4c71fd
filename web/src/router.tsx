/** The addresses of the page; each page's code is loaded when it is first opened. */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from "@tanstack/react-router";
import { me } from "./api/queries";
import { NotFound, PageFailed, PageLoading } from "./shell/fallbacks";
import { Shell } from "./shell/shell";

interface Context {
  cache: QueryClient;
}

type Texts<K extends string> = { [key in K]?: string };

/** A check of the query part of an address: the known names, as texts. */
function texts<K extends string>(...names: K[]): (search: Record<string, unknown>) => Texts<K> {
  return (search) => {
    const known: Texts<K> = {};
    for (const name of names) {
      const value = search[name];
      if (typeof value === "string" && value !== "") {
        known[name] = value;
      }
    }
    return known;
  };
}

const root = createRootRouteWithContext<Context>()({
  component: Shell,
  notFoundComponent: NotFound,
  validateSearch: texts("ns"),
  search: { middlewares: [retainSearchParams(["ns"])] },
  loader: ({ context }) => context.cache.prefetchQuery(me),
});

const index = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/runs" });
  },
});

const runs = createRoute({
  getParentRoute: () => root,
  path: "/runs",
  validateSearch: texts("q", "state", "sort", "cols", "archived", "experiment"),
  component: lazyRouteComponent(() => import("./pages/runs/page"), "RunsPage"),
});

const run = createRoute({
  getParentRoute: () => root,
  path: "/runs/$runId",
  validateSearch: texts("view", "step", "panel", "attempt", "find", "artifacts", "open", "it"),
  component: lazyRouteComponent(() => import("./pages/run/page"), "RunPage"),
});

const start = createRoute({
  getParentRoute: () => root,
  path: "/start",
  validateSearch: texts("pipeline", "version", "clone", "experiment"),
  component: lazyRouteComponent(() => import("./pages/start/page"), "StartPage"),
});

const compare = createRoute({
  getParentRoute: () => root,
  path: "/compare",
  validateSearch: texts("runs", "all", "x", "y", "base", "other", "output"),
  component: lazyRouteComponent(() => import("./pages/compare/page"), "ComparePage"),
});

const pipelines = createRoute({
  getParentRoute: () => root,
  path: "/pipelines",
  validateSearch: texts("q"),
  component: lazyRouteComponent(() => import("./pages/pipelines/list"), "PipelinesPage"),
});

const pipeline = createRoute({
  getParentRoute: () => root,
  path: "/pipelines/$pipelineId",
  validateSearch: texts("version", "view"),
  component: lazyRouteComponent(() => import("./pages/pipelines/page"), "PipelinePage"),
});

const artifacts = createRoute({
  getParentRoute: () => root,
  path: "/artifacts",
  validateSearch: texts("q", "type", "sort"),
  component: lazyRouteComponent(() => import("./pages/artifacts/list"), "ArtifactsPage"),
});

const artifact = createRoute({
  getParentRoute: () => root,
  path: "/artifacts/$artifactId",
  validateSearch: texts("view", "depth", "direction"),
  component: lazyRouteComponent(() => import("./pages/artifacts/page"), "ArtifactPage"),
});

const experiments = createRoute({
  getParentRoute: () => root,
  path: "/experiments",
  validateSearch: texts("q", "sort", "archived"),
  component: lazyRouteComponent(() => import("./pages/experiments/list"), "ExperimentsPage"),
});

const experiment = createRoute({
  getParentRoute: () => root,
  path: "/experiments/$experimentId",
  validateSearch: texts("view"),
  component: lazyRouteComponent(() => import("./pages/experiments/page"), "ExperimentPage"),
});

const recurring = createRoute({
  getParentRoute: () => root,
  path: "/recurring",
  validateSearch: texts("q", "sort"),
  component: lazyRouteComponent(() => import("./pages/recurring/list"), "RecurringPage"),
});

const newRecurring = createRoute({
  getParentRoute: () => root,
  path: "/recurring/new",
  validateSearch: texts("pipeline", "version", "experiment", "copy"),
  component: lazyRouteComponent(() => import("./pages/recurring/new"), "NewRecurringPage"),
});

const recurringRun = createRoute({
  getParentRoute: () => root,
  path: "/recurring/$recurringId",
  component: lazyRouteComponent(() => import("./pages/recurring/page"), "RecurringRunPage"),
});

const models = createRoute({
  getParentRoute: () => root,
  path: "/models",
  validateSearch: texts("q", "sort"),
  component: lazyRouteComponent(() => import("./pages/models/page"), "ModelsPage"),
});

const cluster = createRoute({
  getParentRoute: () => root,
  path: "/cluster",
  component: lazyRouteComponent(() => import("./pages/cluster/page"), "ClusterPage"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  validateSearch: texts("view", "name", "user", "action", "kind", "where"),
  component: lazyRouteComponent(() => import("./pages/settings/page"), "SettingsPage"),
});

const tree = root.addChildren([
  index,
  runs,
  run,
  start,
  compare,
  pipelines,
  pipeline,
  artifacts,
  artifact,
  experiments,
  experiment,
  recurring,
  newRecurring,
  recurringRun,
  models,
  cluster,
  settings,
]);

export function makeRouter(cache: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { cache },
    parseSearch: (query) => Object.fromEntries(new URLSearchParams(query)),
    stringifySearch,
    defaultPreload: "intent",
    defaultPendingComponent: PageLoading,
    defaultErrorComponent: PageFailed,
    defaultNotFoundComponent: NotFound,
  });
}

function stringifySearch(search: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === "string" && value !== "") {
      query.set(name, value);
    }
  }
  const written = query.toString();
  return written ? `?${written}` : "";
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
