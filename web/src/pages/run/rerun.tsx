/** Rerun: from a step or the beginning, with changed parameters, and the plan before it starts. */
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import { post } from "@/api/client";
import type { Json, PlannedStep, Run, RunDetail } from "@/api/types";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Failed } from "@/ui/states";
import { tellError } from "@/ui/toast";

const words = text.rerun;

interface Props {
  detail: RunDetail;
  /** The step to begin from. */
  from?: string;
  onClose: () => void;
}

export function Rerun({ detail, from, onClose }: Props) {
  const { run } = detail;
  const navigate = useNavigate();
  const [step, setStep] = useState(from ?? "");
  const [name, setName] = useState(text.start.cloned(run.display_name));
  const [written, setWritten] = useState(() =>
    Object.entries(run.parameters ?? {}).map(
      ([key, value]) => [key, JSON.stringify(value)] as const,
    ),
  );
  const parameters = useDeferredValue(read(written));
  const body = { from_task: step || undefined, parameters: parameters ?? undefined };
  const address = `/runs/${encodeURIComponent(run.run_id)}/rerun`;
  const plan = useQuery({
    queryKey: ["rerun-plan", run.run_id, body],
    queryFn: ({ signal }) =>
      post<{ steps: PlannedStep[] }>(address, { ...body, plan: true }, { signal }),
    placeholderData: keepPreviousData,
    enabled: parameters !== null,
  });
  const start = useMutation({
    mutationFn: () => post<Run>(address, { ...body, name, plan: false }),
    onSuccess: (made) => {
      onClose();
      void navigate({ to: "/runs/$runId", params: { runId: made.run_id } });
    },
    onError: tellError,
  });
  return (
    <Dialog
      title={words.title}
      wide
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button
            tone="primary"
            disabled={parameters === null || plan.isError || start.isPending}
            onClick={() => start.mutate()}
          >
            {words.start}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <label className="flex flex-col gap-1 text-xs text-muted">
          {words.name}
          <input
            className="control"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className="flex flex-col gap-1 text-xs text-muted">
          {words.from}
          <select
            className="control"
            value={step}
            onChange={(event) => setStep(event.target.value)}
          >
            <option value="">{words.fromStart}</option>
            {detail.tasks
              .filter((task) => task.kind !== "iteration")
              .map((task) => (
                <option key={task.path} value={task.path}>
                  {visible(task.path)}
                </option>
              ))}
          </select>
        </label>
        {written.length > 0 && (
          <fieldset className="flex flex-col gap-2">
            <legend className="mb-1 text-xs font-semibold text-muted">{text.run.parameters}</legend>
            {written.map(([key, value], index) => (
              <label key={key} className="grid grid-cols-[10rem_minmax(0,1fr)] items-center gap-2">
                <span className="truncate font-mono text-xs">{visible(key)}</span>
                <input
                  className="control font-mono text-xs!"
                  value={value}
                  aria-invalid={parse(value) === undefined}
                  onChange={(event) => setWritten(written.with(index, [key, event.target.value]))}
                />
              </label>
            ))}
          </fieldset>
        )}
        <Plan steps={plan.data?.steps} error={plan.error} />
      </div>
    </Dialog>
  );
}

function parse(written: string): Json | undefined {
  try {
    return JSON.parse(written) as Json;
  } catch {
    return undefined;
  }
}

function read(written: readonly (readonly [string, string])[]): Record<string, Json> | null {
  const values: Record<string, Json> = {};
  for (const [key, text] of written) {
    const value = parse(text);
    if (value === undefined) {
      return null;
    }
    values[key] = value;
  }
  return values;
}

function Plan({ steps, error }: { steps: PlannedStep[] | undefined; error: unknown }) {
  if (error) {
    return <Failed error={error} />;
  }
  if (!steps) {
    return null;
  }
  const running = steps.filter((step) => step.action === "run").length;
  const reused = steps.filter((step) => step.action === "reuse").length;
  return (
    <section aria-label={words.plan}>
      <h3 className="text-xs font-semibold text-muted">{words.plan}</h3>
      <p role="status" className="my-1">
        {words.willRun(running)}, {words.willReuse(reused)}
      </p>
      <ul
        className="max-h-56 overflow-auto rounded-md border border-line"
        tabIndex={0}
        aria-label={words.plan}
      >
        {steps.map((step) => (
          <li key={step.path} className="flex gap-3 border-b border-line px-3 py-1 last:border-b-0">
            <span
              className={`w-14 shrink-0 text-xs ${step.action === "run" ? "text-run" : step.action === "reuse" ? "text-reuse" : "text-muted"}`}
            >
              {words.actions[step.action]}
            </span>
            <span className="truncate font-mono text-xs">{visible(step.path)}</span>
            <span className="ml-auto truncate text-xs text-muted">{visible(step.reason)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
