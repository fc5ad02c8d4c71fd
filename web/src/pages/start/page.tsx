/** Start a run: choose a pipeline, fill in its inputs, and go. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { CalendarClock } from "lucide-react";
import { type FormEvent, useMemo, useRef, useState } from "react";
import { post } from "@/api/client";
import { experiments, run, runDocument } from "@/api/queries";
import type { InputSpec, Json, Run } from "@/api/types";
import { visible } from "@/format/safety";
import { useNamespace } from "@/shell/namespace";
import { useTitle } from "@/shell/title";
import { text } from "@/text/en";
import { Button, ButtonLink } from "@/ui/button";
import { Failed, Loading } from "@/ui/states";
import { tellError } from "@/ui/toast";
import { InputFields } from "./fields";
import { usePipelineForm } from "./form";
import { firstTyped, readAll, readTags, type Typed } from "./inputs";
import { type Chosen, SourceChoice } from "./source";

const words = text.start;

export function StartPage() {
  useTitle(words.title);
  const { clone, pipeline, version, experiment } = useSearch({ from: "/start" });
  const cloned = useQuery({ ...run(clone ?? ""), enabled: clone !== undefined });
  const document = useQuery({ ...runDocument(clone ?? ""), enabled: clone !== undefined });
  const failure = cloned.error ?? document.error;
  if (clone && failure) {
    return <Failed error={failure} />;
  }
  if (clone && !(cloned.data && document.data)) {
    return <Loading />;
  }
  const of = cloned.data?.run;
  const first: Chosen =
    document.data && of
      ? {
          kind: "document",
          name: words.cloneOf(of.display_name),
          written: JSON.stringify({
            pipeline_spec: document.data.spec,
            platform_spec: document.data.platform ?? null,
          }),
        }
      : pipeline
        ? { kind: "version", pipelineId: pipeline, versionId: version ?? "" }
        : { kind: "none" };
  return (
    <div className="h-full overflow-auto">
      <div className="mx-auto max-w-3xl px-4 py-4">
        <h1 className="mb-3 text-lg font-semibold tracking-tight">{words.title}</h1>
        <Start key={clone} first={first} of={of} experiment={experiment ?? of?.experiment} />
      </div>
    </div>
  );
}

interface StartProps {
  first: Chosen;
  /** The run that is cloned. */
  of?: Run;
  experiment?: string;
}

function Start({ first, of, experiment }: StartProps) {
  const [chosen, setChosen] = useState(first);
  const form = usePipelineForm(chosen);
  return (
    <div className="flex flex-col gap-4">
      <section className="rounded-lg border border-line bg-panel p-4">
        {chosen.kind === "document" ? (
          <div className="flex items-center justify-between gap-3">
            <p className="min-w-0 truncate">
              {of ? visible(chosen.name) : words.fileRead(visible(chosen.name))}
            </p>
            <Button onClick={() => setChosen({ kind: "none" })}>{words.choosePipeline}</Button>
          </div>
        ) : (
          <>
            <SourceChoice chosen={chosen} onChange={setChosen} />
            {chosen.kind === "version" && (
              <Link
                to="/recurring/new"
                search={{ pipeline: chosen.pipelineId, version: chosen.versionId, experiment }}
                className="mt-3 inline-flex items-center gap-1.5 rounded text-accent-ink underline"
              >
                <CalendarClock aria-hidden size={14} />
                {words.onSchedule}
              </Link>
            )}
          </>
        )}
      </section>
      {chosen.kind !== "none" && form.isPending && <Loading label={words.reading} />}
      {form.isError && <Failed error={form.error} />}
      {form.data && (
        <Form
          key={form.data.key}
          inputs={form.data.inputs}
          body={form.data.body}
          name={of ? words.cloned(of.display_name) : form.data.name}
          given={of?.parameters}
          experiment={experiment}
        />
      )}
    </div>
  );
}

interface FormProps {
  inputs: readonly InputSpec[];
  body: Record<string, unknown>;
  name: string;
  given?: Record<string, Json>;
  experiment?: string;
}

interface Options {
  name: string;
  description: string;
  experiment: string;
  cache: boolean;
  failFast: boolean;
  deadline: string;
  tags: string;
}

function Form({ inputs, body, name, given, experiment }: FormProps) {
  const namespace = useNamespace();
  const navigate = useNavigate();
  const form = useRef<HTMLFormElement>(null);
  const [typed, setTyped] = useState<Typed>(() => firstTyped(inputs, given));
  const [checked, setChecked] = useState(false);
  const [options, setOptions] = useState<Options>({
    name,
    description: "",
    experiment: experiment ?? "",
    cache: true,
    failFast: false,
    deadline: "",
    tags: "",
  });
  const answers = useMemo(() => readAll(inputs, typed), [inputs, typed]);
  const problems = Object.keys(answers.problems).length;
  const start = useMutation({
    mutationFn: () =>
      post<Run>("/runs", {
        ...body,
        parameters: answers.values,
        namespace,
        name: options.name || undefined,
        description: options.description,
        experiment: options.experiment || undefined,
        cache: options.cache ? undefined : false,
        fail_fast: options.failFast,
        deadline_s: options.deadline ? Number(options.deadline) * 60 : undefined,
        tags: readTags(options.tags),
      }),
    onSuccess: (made) => void navigate({ to: "/runs/$runId", params: { runId: made.run_id } }),
    onError: tellError,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (problems === 0) {
      start.mutate();
    } else {
      requestAnimationFrame(() =>
        form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(),
      );
    }
  };
  return (
    <form ref={form} noValidate onSubmit={submit} className="flex flex-col gap-4">
      <section aria-label={words.inputs} className="rounded-lg border border-line bg-panel p-4">
        <h2 className="mb-3 font-semibold">{words.inputs}</h2>
        <InputFields
          inputs={inputs}
          typed={typed}
          problems={checked ? answers.problems : {}}
          onChange={(input, to) => setTyped((before) => ({ ...before, [input]: to }))}
        />
      </section>
      <section aria-label={words.options} className="rounded-lg border border-line bg-panel p-4">
        <h2 className="mb-3 font-semibold">{words.options}</h2>
        <OptionFields
          options={options}
          onChange={(to) => setOptions((before) => ({ ...before, ...to }))}
        />
      </section>
      <div className="sticky bottom-0 flex items-center justify-end gap-2 bg-canvas py-3">
        <span role="status" className="mr-auto text-xs text-bad">
          {checked && problems > 0 && words.fix(problems)}
        </span>
        <ButtonLink to="/runs">{text.cancel}</ButtonLink>
        <Button type="submit" tone="primary" disabled={start.isPending}>
          {words.submit}
        </Button>
      </div>
    </form>
  );
}

interface OptionFieldsProps {
  options: Options;
  onChange: (to: Partial<Options>) => void;
}

function OptionFields({ options, onChange }: OptionFieldsProps) {
  const namespace = useNamespace();
  const { data } = useQuery({ ...experiments({ namespace, limit: 200 }), retry: false });
  const field = "flex flex-col gap-1 text-xs text-muted";
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <label className={field}>
        {words.name}
        <input
          className="control"
          value={options.name}
          onChange={(event) => onChange({ name: event.target.value })}
        />
      </label>
      <label className={field}>
        {words.experiment}
        <select
          className="control"
          value={options.experiment}
          onChange={(event) => onChange({ experiment: event.target.value })}
        >
          <option value="">{words.newExperiment}</option>
          {data?.items
            .filter((one) => !one.archived)
            .map((one) => (
              <option key={one.id} value={one.id}>
                {visible(one.display_name || one.name)}
              </option>
            ))}
        </select>
      </label>
      <label className={`${field} sm:col-span-2`}>
        {words.description}
        <input
          className="control"
          value={options.description}
          onChange={(event) => onChange({ description: event.target.value })}
        />
      </label>
      <label className={field}>
        {words.tags}
        <textarea
          rows={2}
          className="control h-auto! py-1 font-mono text-xs!"
          value={options.tags}
          onChange={(event) => onChange({ tags: event.target.value })}
        />
      </label>
      <label className={field}>
        {words.deadline}
        <input
          type="number"
          min={0}
          step="any"
          className="control"
          value={options.deadline}
          onChange={(event) => onChange({ deadline: event.target.value })}
        />
      </label>
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          className="accent-accent"
          checked={options.cache}
          onChange={(event) => onChange({ cache: event.target.checked })}
        />
        {words.cache}
      </label>
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          className="accent-accent"
          checked={options.failFast}
          onChange={(event) => onChange({ failFast: event.target.checked })}
        />
        {words.failFast}
      </label>
    </div>
  );
}
