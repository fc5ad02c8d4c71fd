/** One recurring run: when it fires next, what it runs with, and what came of it. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { experiment, recurringHistory, recurringRun, schedulePreview } from "@/api/places";
import { pipeline } from "@/api/queries";
import type { RecurringRun, Trigger } from "@/api/types";
import { visible } from "@/format/safety";
import { useRights } from "@/shell/rights";
import { useTitle } from "@/shell/title";
import { placeText } from "@/text/en-places";
import { Ago } from "@/ui/clock";
import { Heading } from "@/ui/page-parts";
import { Empty, Failed, Loading } from "@/ui/states";
import { Table } from "@/ui/table";
import { Fact, Facts, Section, Value } from "@/ui/texts";
import { RecurringActions } from "./actions";
import { historyColumns } from "./history";
import { NextTimes } from "./schedule-fields";
import { StandingBadge, TriggerWords } from "./trigger";

const words = placeText.recurring;
const AGAIN_MS = 60_000;

export function RecurringRunPage() {
  const { recurringId } = useParams({ from: "/recurring/$recurringId" });
  const query = useQuery(recurringRun(recurringId));
  useTitle(query.data?.display_name ?? words.title);
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} again={() => void query.refetch()} />;
  }
  return <Shown of={query.data} />;
}

function Shown({ of }: { of: RecurringRun }) {
  const { write } = useRights(of.namespace);
  return (
    <div className="flex h-full flex-col overflow-auto lg:overflow-hidden">
      <Heading title={visible(of.display_name)} note={<StandingBadge of={of} />}>
        {write && <RecurringActions of={of} />}
      </Heading>
      {of.error && (
        <p role="alert" className="mx-4 mb-2 rounded-md bg-bad-soft px-2.5 py-1.5 text-bad">
          <span className="font-medium">{words.errorTitle}: </span>
          <span className="break-words">{visible(of.error)}</span>
        </p>
      )}
      <div className="flex shrink-0 grow flex-col border-t border-line bg-panel lg:min-h-0 lg:shrink lg:flex-row-reverse">
        <aside
          aria-label={words.facts}
          className="border-line lg:w-96 lg:shrink-0 lg:overflow-auto lg:border-l"
        >
          <h2 className="sr-only">{words.facts}</h2>
          <When of={of} />
          <What of={of} />
          <ParametersOf of={of} />
        </aside>
        <div className="flex h-96 min-w-0 grow flex-col border-t border-line lg:h-auto lg:border-t-0">
          <HistoryOf of={of} />
        </div>
      </div>
    </div>
  );
}

function When({ of }: { of: RecurringRun }) {
  const { data } = useQuery({
    ...schedulePreview(fromNextTick(of)),
    refetchInterval: AGAIN_MS, // times that have passed make room for others
  });
  const isOn = of.enabled !== false;
  return (
    <Section title={words.schedule}>
      <p className="mb-2 font-medium">
        <TriggerWords of={of.trigger} />
      </p>
      {isOn && of.next_tick_at ? (
        data && <NextTimes of={data.next} zone={of.trigger.time_zone} />
      ) : (
        <p className="text-muted">{isOn ? words.noTimes : words.off}</p>
      )}
      {data?.warning && (
        <p className="mt-2 rounded-md bg-wait-soft px-2.5 py-1.5 text-wait">
          {visible(data.warning)}
        </p>
      )}
    </Section>
  );
}

/** The trigger from its next time on: an interval counts from when it was made, not from now. */
function fromNextTick({ trigger, next_tick_at: next }: RecurringRun): Trigger {
  return trigger.interval_s && next && next > Date.now() / 1000
    ? { ...trigger, start_at: next }
    : trigger;
}

function What({ of }: { of: RecurringRun }) {
  const { data: home } = useQuery({ ...experiment(of.experiment), retry: false });
  return (
    <Section title={words.facts}>
      <Facts>
        <Fact name={words.pipeline}>
          <PipelineOf of={of} />
        </Fact>
        <Fact name={words.experiment}>
          <Link
            to="/experiments/$experimentId"
            params={{ experimentId: of.experiment }}
            className="text-accent-ink underline"
          >
            {visible(home?.display_name || home?.name || of.experiment)}
          </Link>
        </Fact>
        {of.trigger.cron && (
          <Fact name={words.cron}>
            <code className="text-xs">{visible(of.trigger.cron)}</code>
          </Fact>
        )}
        <Fact name={words.concurrency}>{of.max_concurrency ?? 1}</Fact>
        <Fact name={words.catchupShort}>
          {(of.catchup ?? true) ? words.catchupYes : words.catchupNo}
        </Fact>
        <Fact name={words.ticks}>{words.times(of.ticks ?? 0)}</Fact>
        <Fact name={words.last}>
          <Ago at={of.last_tick_at} />
        </Fact>
        <Fact name={placeText.created}>
          <Ago at={of.created_at} /> {of.created_by && visible(of.created_by)}
        </Fact>
        {of.description && <Fact name={placeText.description}>{visible(of.description)}</Fact>}
      </Facts>
    </Section>
  );
}

function ParametersOf({ of }: { of: RecurringRun }) {
  const parameters = Object.entries(of.parameters ?? {});
  return (
    <Section title={words.parameters}>
      {parameters.length === 0 ? (
        <p className="text-muted">{words.noParameters}</p>
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
  );
}

function PipelineOf({ of }: { of: RecurringRun }) {
  const id = of.pipeline_id ?? "";
  const { data } = useQuery({ ...pipeline(id), enabled: id !== "", retry: false });
  if (!id) {
    return words.inline;
  }
  return (
    <>
      <Link
        to="/pipelines/$pipelineId"
        params={{ pipelineId: id }}
        search={{ version: of.version_id ?? undefined }}
        className="text-accent-ink underline"
      >
        {visible(data?.display_name || data?.name || id)}
      </Link>
      {!of.version_id && <span className="text-muted"> ({words.latest})</span>}
    </>
  );
}

function HistoryOf({ of }: { of: RecurringRun }) {
  const list = useInfiniteQuery(recurringHistory(of.id));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <h2 className="px-4 pt-3 pb-2 text-xs font-semibold tracking-wide text-muted uppercase">
        {words.history}
      </h2>
      <div className="min-h-0 grow">
        {list.isPending && <Loading />}
        {list.isError && <Failed error={list.error} again={() => void list.refetch()} />}
        {list.isSuccess && rows.length === 0 && (
          <Empty title={words.noHistory} hint={words.noHistoryHint} />
        )}
        {rows.length > 0 && (
          <Table
            label={words.history}
            columns={historyColumns}
            rows={rows}
            rowKey={(run) => run.run_id}
            rowName={(run) => run.display_name}
            onEnd={() => list.hasNextPage && !list.isFetching && void list.fetchNextPage()}
          />
        )}
      </div>
    </>
  );
}
