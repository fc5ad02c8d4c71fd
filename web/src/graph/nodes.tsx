/** What a step, a group and an artifact look like in the graph. */
import type { NodeProps } from "@xyflow/react";
import { ChevronDown, ChevronLeft, ChevronRight, Package } from "lucide-react";
import { createContext, memo, useContext } from "react";
import type { TaskRun } from "@/api/types";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import { Elapsed } from "@/ui/clock";
import { looks, StateIcon, shown } from "@/ui/state";
import type { Box } from "./model";

export interface Surroundings {
  tasks: ReadonlyMap<string, TaskRun> | null;
  selected: string | undefined;
  found: ReadonlySet<string> | null;
  /** The node that the Tab key leads to. */
  entrance: string | undefined;
  open: (path: string) => void;
  fold: (path: string, folded: boolean) => void;
  iterate: (loop: string, iteration: number) => void;
}

export const Surrounding = createContext<Surroundings | null>(null);

export interface NodeData extends Record<string, unknown> {
  box: Box;
  width: number;
  height: number;
}

function useSurroundings(): Surroundings {
  const surroundings = useContext(Surrounding);
  if (!surroundings) {
    throw new Error("a node needs its graph");
  }
  return surroundings;
}

function ring(path: string, { selected, found }: Surroundings): string {
  if (selected === path) {
    return "ring-2 ring-accent";
  }
  return found?.has(path) ? "ring-2 ring-wait" : found ? "opacity-45" : "";
}

export const StepNode = memo(function StepNode({ data }: NodeProps & { data: NodeData }) {
  const around = useSurroundings();
  const { box, width, height } = data;
  const task = around.tasks?.get(box.path);
  const state = task ? shown(task) : undefined;
  const name = visible(task?.display_name || box.node.name);
  const folded =
    box.inside === null && box.node.kind !== "container" && box.node.kind !== "importer";
  return (
    <div className="pointer-events-auto relative" style={{ width, height }}>
      <button
        type="button"
        data-node={box.path}
        tabIndex={around.entrance === box.path ? 0 : -1}
        onClick={() => around.open(box.path)}
        className={`flex h-full w-full items-center gap-2 rounded-md border border-line-strong bg-panel pr-2 pl-2.5 text-left hover:bg-sunken ${folded ? "border-dashed" : ""} ${ring(box.path, around)}`}
      >
        {state ? (
          <StateIcon state={state} size={16} />
        ) : (
          <span aria-hidden className="size-2 rounded-full bg-line-strong" />
        )}
        <span className="min-w-0 grow">
          <span className="block truncate text-xs font-medium">{name}</span>
          <span className="flex justify-between gap-2 text-2xs text-muted">
            <span className="truncate">
              {state ? text.states[state] : text.kinds[box.node.kind]}
              {(task?.attempts ?? 0) > 1 && ` · ${text.step.attempt(task?.attempts ?? 0)}`}
            </span>
            {task?.started_at && (
              <Elapsed
                from={task.started_at}
                to={task.finished_at}
                going={task.state === "running"}
              />
            )}
          </span>
        </span>
      </button>
      {folded && (
        <button
          type="button"
          tabIndex={-1}
          aria-label={text.steps.unfold(name)}
          title={text.steps.unfold(name)}
          className="absolute -top-2 -right-2 grid size-6 place-items-center rounded-full border border-line-strong bg-raised text-muted hover:text-ink"
          onClick={() => around.fold(box.path, false)}
        >
          <ChevronRight aria-hidden size={13} />
        </button>
      )}
    </div>
  );
});

export const ArtifactNode = memo(function ArtifactNode({ data }: NodeProps & { data: NodeData }) {
  const around = useSurroundings();
  const { box, width, height } = data;
  return (
    <button
      type="button"
      data-node={box.path}
      tabIndex={-1}
      style={{ width, height }}
      title={visible(box.node.component ?? "")}
      onClick={() => around.open(box.path)}
      className={`pointer-events-auto flex items-center gap-1.5 rounded-full border border-line-strong bg-sunken px-2.5 text-2xs hover:bg-panel ${ring(box.path, around)}`}
    >
      <Package aria-hidden size={12} className="shrink-0 text-muted" />
      <span className="truncate">{visible(box.node.name)}</span>
    </button>
  );
});

export const GroupNode = memo(function GroupNode({ data }: NodeProps & { data: NodeData }) {
  const around = useSurroundings();
  const { box, width, height } = data;
  const task = around.tasks?.get(box.path);
  const state = task ? shown(task) : undefined;
  const name = visible(task?.display_name || box.node.name);
  const edge = state ? looks[state].ink : "text-line-strong";
  return (
    <div
      style={{ width, height }}
      className={`rounded-lg border border-dashed border-line-strong bg-canvas/60 ${ring(box.path, around)}`}
    >
      <div className="pointer-events-auto flex h-8 items-center gap-1 pr-2 pl-1">
        <button
          type="button"
          tabIndex={-1}
          aria-label={text.steps.fold(name)}
          title={text.steps.fold(name)}
          className="grid size-6 place-items-center rounded text-muted hover:bg-sunken"
          onClick={() => around.fold(box.path, true)}
        >
          <ChevronDown aria-hidden size={14} />
        </button>
        <button
          type="button"
          data-node={box.path}
          tabIndex={around.entrance === box.path ? 0 : -1}
          onClick={() => around.open(box.path)}
          className={`flex h-6 min-w-0 items-center gap-1.5 rounded px-1 text-xs hover:bg-sunken ${edge}`}
        >
          {state && <StateIcon state={state} size={13} />}
          <span className="truncate font-medium text-ink">{name}</span>
          <span className="text-2xs text-muted">{text.kinds[box.node.kind]}</span>
          {state && <span className="sr-only">{text.states[state]}</span>}
        </button>
        {box.iterations && <Iterations box={box} tasks={around.tasks} onChange={around.iterate} />}
      </div>
    </div>
  );
});

interface IterationsProps {
  box: Box;
  tasks: Surroundings["tasks"];
  onChange: (loop: string, iteration: number) => void;
}

function Iterations({ box, tasks, onChange }: IterationsProps) {
  const all = box.iterations ?? [];
  const at = all.indexOf(box.iteration ?? 0);
  const go = (index: number) => {
    const iteration = all[index];
    if (iteration !== undefined) {
      onChange(box.path, iteration);
    }
  };
  const step =
    "grid size-6 place-items-center rounded text-muted hover:bg-sunken disabled:opacity-40";
  const state = tasks?.get(`${box.path}[${box.iteration}]`);
  return (
    <span className="nodrag ml-auto flex items-center">
      {state && <StateIcon state={shown(state)} size={13} />}
      <button
        type="button"
        tabIndex={-1}
        aria-label={text.graph.previous}
        disabled={at <= 0}
        className={step}
        onClick={() => go(at - 1)}
      >
        <ChevronLeft aria-hidden size={13} />
      </button>
      <select
        aria-label={text.graph.iteration}
        className="h-6 max-w-24 rounded border border-line-strong bg-panel px-1 text-2xs"
        value={box.iteration ?? 0}
        onChange={(event) => onChange(box.path, Number(event.target.value))}
      >
        {all.map((iteration) => {
          const task = tasks?.get(`${box.path}[${iteration}]`);
          return (
            <option key={iteration} value={iteration}>
              {iteration + 1} / {all.length}
              {task ? ` ${text.states[task.state].toLowerCase()}` : ""}
            </option>
          );
        })}
      </select>
      <button
        type="button"
        tabIndex={-1}
        aria-label={text.graph.next}
        disabled={at >= all.length - 1}
        className={step}
        onClick={() => go(at + 1)}
      >
        <ChevronRight aria-hidden size={13} />
      </button>
    </span>
  );
}
