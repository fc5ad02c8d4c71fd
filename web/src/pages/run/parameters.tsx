/** What a run was started with, and its details. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { experiment, recurringRun } from "@/api/places";
import type { RunDetail } from "@/api/types";
import { visible } from "@/format/safety";
import { moment } from "@/format/times";
import { text } from "@/text/en";
import { StateBadge } from "@/ui/state";
import { Copy, Fact, Facts, Section, Value } from "@/ui/texts";

const names = text.run.fields;

export function RunParameters({ detail }: { detail: RunDetail }) {
  const { run } = detail;
  const { data: home } = useQuery({ ...experiment(run.experiment), retry: false });
  const { data: schedule } = useQuery({
    ...recurringRun(run.recurring_run_id ?? ""),
    enabled: Boolean(run.recurring_run_id),
    retry: false,
  });
  const parameters = Object.entries(run.parameters ?? {});
  const outputs = Object.entries(run.outputs?.parameters ?? {});
  const at = (time: number | null | undefined) => (time ? moment(time) : text.none);
  return (
    <div className="max-w-4xl">
      <Section title={text.run.parameters}>
        {parameters.length === 0 ? (
          <p className="text-muted">{text.run.noParameters}</p>
        ) : (
          <Facts>
            {parameters.map(([name, value]) => (
              <Fact key={name} name={visible(name)}>
                <Value of={value} />
              </Fact>
            ))}
          </Facts>
        )}
      </Section>
      {outputs.length > 0 && (
        <Section title={text.run.outputs}>
          <Facts>
            {outputs.map(([name, value]) => (
              <Fact key={name} name={visible(name)}>
                <Value of={value} />
              </Fact>
            ))}
          </Facts>
        </Section>
      )}
      <Section title={text.run.details}>
        <Facts>
          <Fact name={names.id}>
            <span className="flex items-center gap-1">
              <code className="text-xs break-all">{visible(run.run_id)}</code>
              <Copy of={run.run_id} />
            </span>
          </Fact>
          <Fact name={names.state}>
            <StateBadge state={run.state} />
          </Fact>
          <Fact name={names.pipeline}>{visible(run.pipeline)}</Fact>
          <Fact name={names.experiment}>
            <Link
              to="/experiments/$experimentId"
              params={{ experimentId: run.experiment }}
              className="text-accent-ink underline"
            >
              {visible(home?.display_name || home?.name || run.experiment)}
            </Link>
          </Fact>
          {run.recurring_run_id && (
            <Fact name={names.recurring}>
              <Link
                to="/recurring/$recurringId"
                params={{ recurringId: run.recurring_run_id }}
                className="text-accent-ink underline"
              >
                {visible(schedule?.display_name ?? run.recurring_run_id)}
              </Link>
            </Fact>
          )}
          {run.description && <Fact name={names.description}>{visible(run.description)}</Fact>}
          {run.submitted_by && <Fact name={names.by}>{visible(run.submitted_by)}</Fact>}
          {run.source && <Fact name={names.source}>{visible(run.source)}</Fact>}
          {run.service_account && (
            <Fact name={names.serviceAccount}>{visible(run.service_account)}</Fact>
          )}
          {run.pipeline_root && <Fact name={names.root}>{visible(run.pipeline_root)}</Fact>}
          <Fact name={names.created}>{at(run.created_at)}</Fact>
          {run.scheduled_at && <Fact name={names.scheduled}>{at(run.scheduled_at)}</Fact>}
          <Fact name={names.started}>{at(run.started_at)}</Fact>
          <Fact name={names.finished}>{at(run.finished_at)}</Fact>
          {Object.entries(run.tags ?? {}).map(([key, value]) => (
            <Fact key={key} name={visible(key)}>
              {visible(value)}
            </Fact>
          ))}
        </Facts>
      </Section>
    </div>
  );
}
