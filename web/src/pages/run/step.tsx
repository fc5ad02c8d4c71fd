/** The panel of a step: what it is, why it is so, and everything that is known of it. */
import { Link, useSearch } from "@tanstack/react-router";
import { ChevronDown, ChevronUp, StepForward, X } from "lucide-react";
import { useState } from "react";
import type { Attempt, RunDetail, TaskRun } from "@/api/types";
import { visible } from "@/format/safety";
import { LogView } from "@/logs/view";
import { text } from "@/text/en";
import { IconButton } from "@/ui/button";
import { Elapsed } from "@/ui/clock";
import { StateBadge, shown } from "@/ui/state";
import { Empty } from "@/ui/states";
import { RunEvents } from "./events";
import { Rerun } from "./rerun";
import { StepEnvironment, StepResources, StepSource } from "./step-facts";
import { StepOverview } from "./step-overview";
import { StepValues } from "./step-values";

const words = text.step;
const PANELS = ["overview", "logs", "io", "source", "environment", "resources", "events"] as const;
type Panel = (typeof PANELS)[number];

interface Props {
  detail: RunDetail;
  path: string;
  onOpen: (path: string | undefined, panel?: string) => void;
}

export function StepPanel({ detail, path, onOpen }: Props) {
  const search = useSearch({ from: "/runs/$runId" });
  const task = detail.tasks.find((one) => one.path === path);
  const attempts = detail.attempts.filter((one) => one.path === path);
  const isStep = task?.kind === "container" || task?.kind === "importer";
  const panels = PANELS.filter(
    (one) => isStep || one === "overview" || one === "io" || one === "events",
  );
  const panel = panels.find((one) => one === search.panel) ?? "overview";
  const name = visible(task?.display_name || task?.name || path);
  return (
    <aside
      aria-label={words.label(name)}
      className="absolute inset-0 z-20 flex flex-col border-l border-line bg-panel lg:static lg:w-[min(46%,44rem)] lg:min-w-[26rem] lg:shrink-0"
    >
      <Head detail={detail} task={task} name={name} onOpen={onOpen} />
      {task === undefined ? (
        <Empty title={words.notBegun} />
      ) : (
        <>
          <nav
            aria-label={words.panelsLabel}
            className="flex shrink-0 gap-1 overflow-x-auto border-b border-line px-2"
          >
            {panels.map((one) => (
              <Link
                key={one}
                from="/runs/$runId"
                to="."
                search={(before) => ({ ...before, panel: one })}
                replace
                aria-current={one === panel ? "page" : undefined}
                className={`-mb-px border-b-2 px-2 py-1.5 text-xs whitespace-nowrap -outline-offset-2 ${one === panel ? "border-accent font-medium" : "border-transparent text-muted hover:text-ink"}`}
              >
                {words.panels[one]}
              </Link>
            ))}
          </nav>
          <div className="min-h-0 grow overflow-auto">
            <Body panel={panel} detail={detail} task={task} attempts={attempts} onOpen={onOpen} />
          </div>
        </>
      )}
    </aside>
  );
}

interface HeadProps {
  detail: RunDetail;
  task: TaskRun | undefined;
  name: string;
  onOpen: Props["onOpen"];
}

function Head({ detail, task, name, onOpen }: HeadProps) {
  const [asking, setAsking] = useState(false);
  const at = task ? detail.tasks.indexOf(task) : -1;
  const before = at > 0 ? detail.tasks[at - 1] : undefined;
  const after = at >= 0 ? detail.tasks[at + 1] : undefined;
  return (
    <div className="flex items-center gap-2 border-b border-line py-2 pr-2 pl-4">
      <h2 className="min-w-0 truncate font-semibold" title={visible(task?.path ?? "")}>
        {name}
      </h2>
      {task && <StateBadge state={shown(task)} />}
      {task && (
        <span className="text-xs text-muted">
          <Elapsed from={task.started_at} to={task.finished_at} going={task.state === "running"} />
        </span>
      )}
      <span className="grow" />
      {task && task.kind !== "iteration" && (
        <IconButton label={words.rerunFrom} onClick={() => setAsking(true)}>
          <StepForward aria-hidden size={15} />
        </IconButton>
      )}
      <IconButton label={words.previous} disabled={!before} onClick={() => onOpen(before?.path)}>
        <ChevronUp aria-hidden size={16} />
      </IconButton>
      <IconButton label={words.next} disabled={!after} onClick={() => onOpen(after?.path)}>
        <ChevronDown aria-hidden size={16} />
      </IconButton>
      <IconButton label={text.close} onClick={() => onOpen(undefined)}>
        <X aria-hidden size={16} />
      </IconButton>
      {asking && <Rerun detail={detail} from={task?.path} onClose={() => setAsking(false)} />}
    </div>
  );
}

interface BodyProps {
  panel: Panel;
  detail: RunDetail;
  task: TaskRun;
  attempts: readonly Attempt[];
  onOpen: Props["onOpen"];
}

function Body({ panel, detail, task, attempts, onOpen }: BodyProps) {
  const { run_id: runId } = detail.run;
  switch (panel) {
    case "overview":
      return <StepOverview runId={runId} task={task} attempts={attempts} onOpen={onOpen} />;
    case "logs":
      return <StepLogs runId={runId} task={task} attempts={attempts} />;
    case "io":
      return <StepValues task={task} />;
    case "source":
      return <StepSource runId={runId} task={task} />;
    case "environment":
      return <StepEnvironment runId={runId} task={task} />;
    case "resources":
      return <StepResources runId={runId} task={task} attempts={attempts} />;
    case "events":
      return <RunEvents runId={runId} path={task.path} onOpen={onOpen} />;
  }
}

function StepLogs({
  runId,
  task,
  attempts,
}: {
  runId: string;
  task: TaskRun;
  attempts: readonly Attempt[];
}) {
  const [chosen, setChosen] = useState<number | null>(null);
  const last = attempts.at(-1)?.number;
  const attempt = chosen ?? last;
  if (attempt === undefined) {
    return <Empty title={text.logs.none} hint={visible(task.reason ?? "")} />;
  }
  const state = attempts.find((one) => one.number === attempt)?.state;
  return (
    <div className="flex h-full flex-col">
      {attempts.length > 1 && (
        <label className="flex items-center gap-2 border-b border-line px-4 py-1.5 text-xs text-muted">
          {text.logs.attempt}
          <select
            className="control"
            value={attempt}
            onChange={(event) => setChosen(Number(event.target.value))}
          >
            {attempts.map((one) => (
              <option key={one.number} value={one.number}>
                {one.number} – {text.states[one.state]}
              </option>
            ))}
          </select>
        </label>
      )}
      <div className="min-h-0 grow">
        <LogView
          key={`${task.path}#${attempt}`}
          of={{ runId, task: task.path, attempt }}
          running={state === "running"}
        />
      </div>
    </div>
  );
}
