/** Make a recurring run: what to run, when, with what; the next times are shown before it is saved. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useMemo, useRef, useState } from "react";
import { post } from "@/api/client";
import { recurringRun } from "@/api/places";
import type { RecurringRun } from "@/api/types";
import { visible } from "@/format/safety";
import { useNamespace } from "@/shell/namespace";
import { useTitle } from "@/shell/title";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { Button, ButtonLink } from "@/ui/button";
import { Failed, Loading } from "@/ui/states";
import { InputFields } from "../start/fields";
import { type FormOf, usePipelineForm } from "../start/form";
import { firstTyped, readAll, type Typed } from "../start/inputs";
import { type Chosen, SourceChoice } from "../start/source";
import { type About, AboutFields, problemOfAbout } from "./about";
import { browserZone, firstSchedule, scheduleOf, triggerOf } from "./schedule";
import { Preview, ScheduleFields } from "./schedule-fields";

const words = placeText.recurring;

export function NewRecurringPage() {
  useTitle(words.createTitle);
  const { copy = "" } = useSearch({ from: "/recurring/new" });
  const { data, error } = useQuery({ ...recurringRun(copy), enabled: copy !== "" });
  if (error) {
    return <Failed error={error} />;
  }
  return copy && !data ? <Loading /> : <New key={copy} copied={data} />;
}

interface NewProps {
  /** The one that this is to be like. */
  copied?: RecurringRun;
}

function New({ copied }: NewProps) {
  const search = useSearch({ from: "/recurring/new" });
  const pipelineId = copied?.pipeline_id ?? search.pipeline;
  const versionId = (copied ? copied.version_id : search.version) ?? "";
  const [chosen, setChosen] = useState<Chosen>(
    pipelineId ? { kind: "version", pipelineId, versionId } : { kind: "none" },
  );
  const form = usePipelineForm(chosen);
  return (
    <div className="h-full overflow-auto">
      <div className="mx-auto flex max-w-3xl flex-col gap-4 px-4 py-4">
        <h1 className="text-lg font-semibold tracking-tight">{words.createTitle}</h1>
        <Part title={words.pipelineTitle}>
          {chosen.kind === "document" ? (
            <div className="flex items-center justify-between gap-3">
              <p className="min-w-0 truncate">{text.start.fileRead(visible(chosen.name))}</p>
              <Button onClick={() => setChosen({ kind: "none" })}>
                {text.start.choosePipeline}
              </Button>
            </div>
          ) : (
            <SourceChoice chosen={chosen} onChange={setChosen} />
          )}
        </Part>
        {chosen.kind !== "none" && form.isPending && <Loading label={text.start.reading} />}
        {form.isError && <Failed error={form.error} />}
        {form.data && <Form key={form.data.key} of={form.data} copied={copied} />}
      </div>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="rounded-lg border border-line bg-panel p-4">
      <h2 className="mb-3 font-semibold">{title}</h2>
      {children}
    </section>
  );
}

function Form({ of, copied }: { of: FormOf } & NewProps) {
  const { experiment } = useSearch({ from: "/recurring/new" });
  const element = useRef<HTMLFormElement>(null);
  const [schedule, setSchedule] = useState(() =>
    copied ? scheduleOf(copied.trigger) : firstSchedule(browserZone()),
  );
  const [typed, setTyped] = useState<Typed>(() => firstTyped(of.inputs, copied?.parameters));
  const [checked, setChecked] = useState(false);
  const [about, setAbout] = useState<About>({
    name: copied ? words.copyOf(copied.display_name) : words.defaultName(of.pipeline),
    description: copied?.description ?? "",
    experiment: copied?.experiment ?? experiment ?? "",
    concurrency: String(copied?.max_concurrency ?? 1),
    catchup: copied ? (copied.catchup ?? true) : false,
  });
  const when = useMemo(() => triggerOf(schedule), [schedule]);
  const answers = useMemo(() => readAll(of.inputs, typed), [of.inputs, typed]);
  const problems = "problems" in when ? when.problems : {};
  const count =
    Object.keys(problems).length +
    Object.keys(answers.problems).length +
    Object.values(problemOfAbout(about) ?? {}).filter(Boolean).length;
  const create = useCreate();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (count === 0 && "trigger" in when) {
      create.mutate({
        ...of.body,
        display_name: about.name.trim(),
        description: about.description,
        experiment: about.experiment || undefined,
        max_concurrency: Number(about.concurrency),
        catchup: about.catchup,
        parameters: answers.values,
        trigger: when.trigger,
      });
    } else {
      requestAnimationFrame(() =>
        element.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(),
      );
    }
  };
  return (
    <form ref={element} noValidate onSubmit={submit} className="flex flex-col gap-4">
      <Part title={words.whenTitle}>
        <ScheduleFields
          schedule={schedule}
          problems={problems}
          onChange={(to) => setSchedule((before) => ({ ...before, ...to }))}
        />
        {"trigger" in when && (
          <div className="mt-4 border-t border-line pt-3">
            <Preview trigger={when.trigger} />
          </div>
        )}
      </Part>
      <Part title={words.inputsTitle}>
        <InputFields
          inputs={of.inputs}
          typed={typed}
          problems={checked ? answers.problems : {}}
          onChange={(input, to) => setTyped((before) => ({ ...before, [input]: to }))}
        />
      </Part>
      <Part title={words.aboutTitle}>
        <AboutFields
          about={about}
          checked={checked}
          onChange={(to) => setAbout((before) => ({ ...before, ...to }))}
        />
      </Part>
      {create.isError && <Failed error={create.error} />}
      <div className="sticky bottom-0 flex items-center justify-end gap-2 bg-canvas py-3">
        <span role="status" className="mr-auto text-xs text-bad">
          {checked && count > 0 && text.start.fix(count)}
        </span>
        <ButtonLink to="/recurring">{text.cancel}</ButtonLink>
        <Button type="submit" tone="primary" disabled={create.isPending}>
          {words.submit}
        </Button>
      </div>
    </form>
  );
}

function useCreate() {
  const namespace = useNamespace();
  const navigate = useNavigate();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: Record<string, unknown>) =>
      post<RecurringRun>("/recurring-runs", { ...body, namespace }),
    onSuccess: (made) => {
      void cache.invalidateQueries({ queryKey: ["recurring-runs"] });
      void navigate({ to: "/recurring/$recurringId", params: { recurringId: made.id } });
    },
  });
}
