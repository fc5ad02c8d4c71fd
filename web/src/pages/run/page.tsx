/** One run: its graph, timeline, steps and what came out, live, with a step's panel beside it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo } from "react";
import { run } from "@/api/queries";
import type { RunDetail, TaskRun } from "@/api/types";
import { visible } from "@/format/safety";
import { useFollowedRun } from "@/shell/live";
import { useTitle } from "@/shell/title";
import { text } from "@/text/en";
import { Failed, Guard, Loading } from "@/ui/states";
import { RunEvents } from "./events";
import { RunHead } from "./head";
import { RunOutputs } from "./outputs";
import { RunParameters } from "./parameters";
import { RunGraph } from "./run-graph";
import { RunSpec } from "./spec";
import { StepPanel } from "./step";
import { Steps } from "./steps";
import { RunTimeline } from "./timeline";

const VIEWS = ["graph", "timeline", "steps", "outputs", "parameters", "events", "spec"] as const;
export type View = (typeof VIEWS)[number];

export function RunPage() {
  const { runId } = useParams({ from: "/runs/$runId" });
  const query = useQuery(run(runId));
  useTitle(query.data?.run.display_name ?? text.nav.runs);
  useFollowedRun(runId, query.data?.last_event_id);
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} again={() => void query.refetch()} />;
  }
  return <Shown detail={query.data} />;
}

function Shown({ detail }: { detail: RunDetail }) {
  const search = useSearch({ from: "/runs/$runId" });
  const navigate = useNavigate({ from: "/runs/$runId" });
  const view = VIEWS.find((one) => one === search.view) ?? "graph";
  const tasks = useMemo(
    () => new Map(detail.tasks.map((task) => [task.path, task])),
    [detail.tasks],
  );
  const open = useCallback(
    (path: string | undefined, panel?: string) =>
      void navigate({
        search: (before) => ({
          ...before,
          step: path,
          panel: path ? (panel ?? before.panel) : undefined,
          attempt: undefined,
        }),
        replace: true,
      }),
    [navigate],
  );
  useStepKeys(detail.tasks, search.step, open);
  return (
    <div className="flex h-full flex-col">
      <RunHead detail={detail} onOpen={open} />
      <nav
        aria-label={text.run.views_label}
        className="flex shrink-0 gap-1 overflow-x-auto border-b border-line px-3"
      >
        {VIEWS.map((one) => (
          <Link
            key={one}
            from="/runs/$runId"
            to="."
            search={(before) => ({ ...before, view: one })}
            aria-current={one === view ? "page" : undefined}
            className={`-mb-px border-b-2 px-2 py-1.5 whitespace-nowrap -outline-offset-2 ${one === view ? "border-accent font-medium text-ink" : "border-transparent text-muted hover:text-ink"}`}
          >
            {text.run.views[one]}
          </Link>
        ))}
      </nav>
      <div className="relative flex min-h-0 grow bg-panel">
        <div className="min-h-0 min-w-0 grow overflow-auto">
          <Guard key={view}>
            <ViewOf view={view} detail={detail} tasks={tasks} onOpen={open} />
          </Guard>
        </div>
        {search.step !== undefined && (
          <Guard key={search.step}>
            <StepPanel detail={detail} path={search.step} onOpen={open} />
          </Guard>
        )}
      </div>
    </div>
  );
}

interface ViewProps {
  view: View;
  detail: RunDetail;
  tasks: ReadonlyMap<string, TaskRun>;
  onOpen: (path: string | undefined, panel?: string) => void;
}

function ViewOf({ view, detail, tasks, onOpen }: ViewProps) {
  switch (view) {
    case "graph":
      return <RunGraph runId={detail.run.run_id} tasks={tasks} onOpen={onOpen} />;
    case "timeline":
      return <RunTimeline detail={detail} onOpen={onOpen} />;
    case "steps":
      return <Steps detail={detail} onOpen={onOpen} />;
    case "outputs":
      return <RunOutputs detail={detail} />;
    case "parameters":
      return <RunParameters detail={detail} />;
    case "events":
      return <RunEvents runId={detail.run.run_id} onOpen={onOpen} />;
    case "spec":
      return <RunSpec runId={detail.run.run_id} />;
  }
}

/** j and k go to the next and previous step while one is open, Escape closes it. */
function useStepKeys(
  tasks: readonly TaskRun[],
  step: string | undefined,
  open: (path: string | undefined) => void,
): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
      if (!step || typing || document.querySelector("dialog[open], [role=menu]")) {
        return;
      }
      const at = tasks.findIndex((task) => task.path === step);
      if (event.key === "Escape") {
        open(undefined);
      } else if (event.key === "j" || event.key === "k") {
        const next = tasks[at + (event.key === "j" ? 1 : -1)];
        if (next) {
          open(next.path);
        }
      }
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [tasks, step, open]);
}

export function stepName(task: TaskRun): string {
  return visible(task.display_name || task.name);
}
