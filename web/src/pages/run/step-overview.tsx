/** Why a step is in its state: the failure with the user's line, the reuse with what differed, the tries. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { explanation } from "@/api/queries";
import type { Attempt, Failure, TaskRun } from "@/api/types";
import { visible } from "@/format/safety";
import { moment, timeOfDay } from "@/format/times";
import { text } from "@/text/en";
import { Elapsed } from "@/ui/clock";
import { StateBadge } from "@/ui/state";
import { Copy, Fact, Facts, Section } from "@/ui/texts";

const words = text.step;

interface Props {
  runId: string;
  task: TaskRun;
  attempts: readonly Attempt[];
  onOpen: (path: string, panel?: string) => void;
}

export function StepOverview({ runId, task, attempts, onOpen }: Props) {
  const isStep = task.kind === "container" || task.kind === "importer";
  return (
    <>
      {task.reason && !task.error && (
        <p className="border-b border-line px-4 py-3 break-words">{visible(task.reason)}</p>
      )}
      {task.error && (
        <FailureOf
          failure={task.error}
          onSource={isStep ? () => onOpen(task.path, "source") : undefined}
        />
      )}
      {attempts.length > 0 && (
        <Section title={words.attempts}>
          <ul className="flex flex-col gap-1.5">
            {attempts.map((attempt) => (
              <li key={attempt.number} className="flex flex-wrap items-center gap-x-3 gap-y-1">
                <button
                  type="button"
                  className="rounded text-accent-ink hover:underline"
                  onClick={() => onOpen(task.path, "logs")}
                >
                  {words.attempt(attempt.number)}
                </button>
                <StateBadge state={attempt.state} />
                <Elapsed
                  from={attempt.started_at}
                  to={attempt.finished_at}
                  going={attempt.state === "running"}
                />
                {attempt.where && (
                  <span className="text-xs text-muted">{visible(attempt.where)}</span>
                )}
                {attempt.error && attempts.length > 1 && (
                  <span className="w-full text-xs break-words text-bad">
                    {visible(attempt.error.message)}
                  </span>
                )}
              </li>
            ))}
          </ul>
        </Section>
      )}
      {isStep && task.state !== "skipped" && <Reuse runId={runId} task={task} />}
      <Section title={text.run.details}>
        <Facts>
          <Fact name={words.path}>
            <span className="flex items-center gap-1">
              <code className="text-xs break-all">{visible(task.path)}</code>
              <Copy of={task.path} />
            </span>
          </Fact>
          <Fact name={words.component}>{visible(task.component)}</Fact>
          <Fact name={words.kind}>{text.kinds[task.kind]}</Fact>
          {task.started_at && <Fact name={text.run.fields.started}>{moment(task.started_at)}</Fact>}
          {task.finished_at && (
            <Fact name={text.run.fields.finished}>{timeOfDay(task.finished_at)}</Fact>
          )}
        </Facts>
      </Section>
    </>
  );
}

function FailureOf({ failure, onSource }: { failure: Failure; onSource?: () => void }) {
  const place = failure.file ? `${failure.file}${failure.line ? `:${failure.line}` : ""}` : null;
  return (
    <section aria-label={words.failure} className="border-b border-line bg-bad-soft px-4 py-3">
      <p className="font-medium break-words text-bad">
        {failure.type && `${visible(failure.type)}: `}
        {visible(failure.message)}
      </p>
      <p className="mt-1 flex flex-wrap gap-x-3 text-xs text-ink">
        <span>{words.kindsOfFailure[failure.kind]}</span>
        {place &&
          (onSource ? (
            <button type="button" className="rounded font-mono underline" onClick={onSource}>
              {visible(place)}
            </button>
          ) : (
            <code>{visible(place)}</code>
          ))}
        {failure.exit_code !== null && failure.exit_code !== undefined && (
          <span>{words.exitCode(failure.exit_code)}</span>
        )}
      </p>
      {failure.traceback && (
        <details className="mt-2" open>
          <summary className="text-xs text-ink">{words.traceback}</summary>
          <pre
            className="mt-1 max-h-72 overflow-auto rounded border border-line bg-panel p-2 text-xs leading-5"
            tabIndex={0}
            role="region"
            aria-label={words.traceback}
          >
            {visible(failure.traceback)}
          </pre>
        </details>
      )}
    </section>
  );
}

function Reuse({ runId, task }: { runId: string; task: TaskRun }) {
  const query = useQuery({ ...explanation(runId, task.path), retry: false });
  const found = query.data;
  if (!found) {
    return null;
  }
  return (
    <Section title={words.reuse}>
      <p>
        <span className="font-medium">{found.hit ? words.reused : words.notReused}</span>
        {found.reason && `: ${visible(found.reason)}`}
      </p>
      {task.cache_source && (
        <p className="mt-1 text-xs text-muted">
          {words.from} <Source of={task.cache_source} />
        </p>
      )}
      {found.fields.length > 0 && (
        <div role="region" aria-label={words.reuse} tabIndex={0} className="mt-2 overflow-x-auto">
          <table className="w-full text-xs">
            <thead className="text-left text-muted">
              <tr>
                <th scope="col" className="pr-3 font-medium">
                  {words.field}
                </th>
                <th scope="col" className="pr-3 font-medium">
                  {words.here}
                </th>
                <th scope="col" className="font-medium">
                  {words.there}
                </th>
              </tr>
            </thead>
            <tbody>
              {found.fields.map((one) => (
                <tr key={one.field}>
                  <td className="pr-3 align-top font-mono">{visible(one.field)}</td>
                  <td className="max-w-48 truncate pr-3 font-mono" title={visible(one.here)}>
                    {visible(one.here)}
                  </td>
                  <td className="max-w-48 truncate font-mono" title={visible(one.there)}>
                    {visible(one.there)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found.compared_with && !found.hit && (
        <p className="mt-2 text-xs text-muted">
          {words.comparedWith} <Source of={found.compared_with} />
        </p>
      )}
    </Section>
  );
}

/** Another run's step, written `run/path`. */
function Source({ of }: { of: string }) {
  const [runId = "", ...path] = of.split("/");
  return (
    <Link
      to="/runs/$runId"
      params={{ runId }}
      search={path.length > 0 ? { step: path.join("/") } : {}}
      className="font-mono text-accent-ink hover:underline"
    >
      {visible(of)}
    </Link>
  );
}
