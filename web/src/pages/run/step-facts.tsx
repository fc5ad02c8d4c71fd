/** The source of a step, its package environment, and its resources asked against used. */
import { useQuery } from "@tanstack/react-query";
import { runUsage, taskEnvironment, taskSource } from "@/api/queries";
import type { Attempt, TaskRun } from "@/api/types";
import { bytes, number } from "@/format/amounts";
import { visible } from "@/format/safety";
import { duration } from "@/format/times";
import { text } from "@/text/en";
import { Empty, Failed, Loading } from "@/ui/states";
import { Code, Copy, Fact, Facts, Section } from "@/ui/texts";

const words = text.step;

interface Props {
  runId: string;
  task: TaskRun;
}

export function StepSource({ runId, task }: Props) {
  const query = useQuery(taskSource(runId, task.path));
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} />;
  }
  const { file, line, text: whole } = query.data;
  const source = line ? ownPart(whole) : whole;
  if (!source.trim()) {
    return <Empty title={words.noSource} hint={words.noSourceHint} />;
  }
  const failed = task.error?.line ?? null;
  const first = line ?? 1;
  return (
    <div className="p-4">
      <div className="mb-2 flex items-center justify-between">
        <code className="text-xs break-all text-muted">{file ? visible(file) : ""}</code>
        <Copy of={source} />
      </div>
      <Code of={source} label={words.panels.source} first={first} mark={failed} />
    </div>
  );
}

/** The function without the imports that are put before it, so that its lines are those of its file. */
function ownPart(source: string): string {
  const at = source.search(/^(async )?def /m);
  return at < 0 ? source : source.slice(at);
}

export function StepEnvironment({ runId, task }: Props) {
  const query = useQuery(taskEnvironment(runId, task.path));
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} />;
  }
  const { lock, packages = [], as_of: asOf, reason } = query.data;
  if (!lock && packages.length === 0) {
    return <Empty title={words.noEnvironment} hint={visible(reason ?? "")} />;
  }
  return (
    <>
      <Section title={words.panels.environment}>
        <Facts>
          {asOf && (
            <Fact name={words.asOf}>
              {visible(String(asOf))}
              {reason && <span className="text-muted"> – {visible(reason)}</span>}
            </Fact>
          )}
          <Fact name={words.packages(packages.length)}>
            <ul className="font-mono text-xs leading-5">
              {packages.map((one) => (
                <li key={String(one)}>{visible(String(one))}</li>
              ))}
            </ul>
          </Fact>
        </Facts>
      </Section>
      {lock && (
        <Section title={words.lock} aside={<Copy of={lock} />}>
          <Code of={lock} label={words.lock} />
        </Section>
      )}
    </>
  );
}

interface ResourcesProps extends Props {
  attempts: readonly Attempt[];
}

export function StepResources({ runId, task, attempts }: ResourcesProps) {
  const query = useQuery(runUsage(runId));
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} />;
  }
  const used = query.data.find((one) => one.path === task.path);
  const requested = Object.entries(used?.requested ?? {}).filter(
    ([, value]) => value !== null && value !== 0,
  );
  const measured = attempts.findLast((one) => one.usage)?.usage;
  const wall = used?.wall_s ?? measured?.wall_s;
  const cpu = used?.cpu_s ?? measured?.cpu_s;
  const memory = used?.peak_rss_bytes ?? measured?.max_rss_bytes;
  if (requested.length === 0 && !wall && !memory) {
    return <Empty title={words.noUsage} hint={words.noUsageHint} />;
  }
  const asked = used?.requested ?? {};
  const limit = Number(asked.memory_limit_bytes ?? asked.memory_request_bytes ?? 0);
  return (
    <>
      <Section title={words.panels.resources}>
        <Facts>
          {memory ? (
            <Fact name={words.peak}>
              <Meter
                used={memory}
                of={limit}
                shown={limit ? `${bytes(memory)} / ${bytes(limit)}` : bytes(memory)}
              />
            </Fact>
          ) : null}
          {cpu && wall ? (
            <Fact name={words.cores}>
              <Meter
                used={cpu / wall}
                of={Number(asked.cpu_limit ?? asked.cpu_request ?? 0)}
                shown={number(Number((cpu / wall).toFixed(2)))}
              />
            </Fact>
          ) : null}
          {cpu ? <Fact name={words.cpu}>{duration(cpu)}</Fact> : null}
          {wall ? <Fact name={words.wall}>{duration(wall)}</Fact> : null}
        </Facts>
      </Section>
      {requested.length > 0 && (
        <Section title={words.requested}>
          <Facts>
            {requested.map(([name, value]) => (
              <Fact key={name} name={visible(name.replace(/_bytes$/, "").replaceAll("_", " "))}>
                {name.endsWith("_bytes") ? bytes(Number(value)) : visible(String(value))}
              </Fact>
            ))}
          </Facts>
        </Section>
      )}
      {used?.suggestion && (
        <Section title={words.suggestion} aside={<Copy of={used.suggestion} />}>
          <code className="text-xs break-words">{visible(used.suggestion)}</code>
        </Section>
      )}
    </>
  );
}

function Meter({ used, of, shown }: { used: number; of: number; shown: string }) {
  const part = of > 0 ? Math.min(1, used / of) : 0;
  return (
    <span className="flex items-center gap-2">
      {of > 0 && (
        <span aria-hidden className="h-1.5 w-28 overflow-hidden rounded-full bg-line">
          <span
            className={`block h-full ${part > 0.9 ? "bg-bad" : "bg-run"}`}
            style={{ width: `${100 * part}%` }}
          />
        </span>
      )}
      {shown}
    </span>
  );
}
