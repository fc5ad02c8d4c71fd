/** The cluster: what there is, who uses it, and who waits for what; live by the feed. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { cluster, useRunsNamed } from "@/api/places";
import type { Cluster, Resources } from "@/api/types";
import { bytes, count, number } from "@/format/amounts";
import { visible } from "@/format/safety";
import { useNamespace } from "@/shell/namespace";
import { useTitle } from "@/shell/title";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { Elapsed } from "@/ui/clock";
import { Cell, Grid } from "@/ui/page";
import { Heading } from "@/ui/page-parts";
import { Failed, Loading } from "@/ui/states";
import { GaugeCard } from "./gauge";
import { gauges, runsAtWork } from "./shares";

const words = placeText.cluster;
const SHOWN = 200;
/** Steps that begin are told by the feed; how long is waited for room is not. */
const AGAIN_MS = 15_000;

export function ClusterPage() {
  useTitle(words.title);
  const query = useQuery({ ...cluster, refetchInterval: AGAIN_MS });
  return (
    <div className="flex h-full flex-col">
      <Heading title={words.title} />
      <div className="min-h-0 grow overflow-auto border-t border-line">
        {query.isPending && <Loading />}
        {query.isError && <Failed error={query.error} again={() => void query.refetch()} />}
        {query.data && <Shown of={query.data} />}
      </div>
    </div>
  );
}

function Shown({ of }: { of: Cluster }) {
  const namespace = useNamespace();
  const runIds = useMemo(() => runsAtWork(of).slice(0, SHOWN), [of]);
  const runs = useRunsNamed(runIds, namespace);
  const names = useMemo(
    () => new Map(runs.map((run) => [run.run_id, run.display_name || run.run_id])),
    [runs],
  );
  return (
    <div className="flex flex-col gap-5 p-4">
      <div>
        <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
          {gauges(of).map((gauge) => (
            <GaugeCard key={gauge.resource} of={gauge} names={names} />
          ))}
        </div>
        <p className="mt-2 text-xs text-muted">{words.asked}</p>
      </div>
      <Steps title={words.running} number={of.running.length} nothing={words.nothingRuns}>
        <Grid
          label={words.running}
          heads={[words.run, words.step, words.cpu, words.memory, words.since]}
        >
          {of.running.slice(0, SHOWN).map((step) => (
            <tr key={`${step.run_id} ${step.path}`}>
              <StepCells of={step} names={names} />
              <Cell>{step.cpu ? number(step.cpu) : text.none}</Cell>
              <Cell className="whitespace-nowrap">{amounts(step)}</Cell>
              <Cell>
                <Elapsed from={step.since} to={null} going />
              </Cell>
            </tr>
          ))}
        </Grid>
      </Steps>
      <Steps title={words.waiting} number={of.waiting.length} nothing={words.nothingWaits}>
        <Grid label={words.waiting} heads={[words.run, words.step, words.reason, words.since]}>
          {of.waiting.slice(0, SHOWN).map((step) => (
            <tr key={`${step.run_id} ${step.path}`}>
              <StepCells of={step} names={names} />
              <Cell>{visible(step.reason)}</Cell>
              <Cell>
                <Elapsed from={step.since} to={null} going />
              </Cell>
            </tr>
          ))}
        </Grid>
      </Steps>
    </div>
  );
}

interface StepsProps {
  title: string;
  number: number;
  nothing: string;
  children: React.ReactNode;
}

function Steps({ title, number: size, nothing, children }: StepsProps) {
  return (
    <section className="rounded-lg border border-line bg-panel">
      <h2 className="flex items-baseline gap-2 px-4 py-2.5 font-semibold">
        {title}
        <span className="text-xs font-normal text-muted">{count(size)}</span>
      </h2>
      {size === 0 ? <p className="px-4 pb-4 text-muted">{nothing}</p> : children}
    </section>
  );
}

interface StepCellsProps {
  of: { run_id: string; path: string };
  names: ReadonlyMap<string, string>;
}

function StepCells({ of, names }: StepCellsProps) {
  return (
    <>
      <Cell className="max-w-56 truncate">
        <Link
          to="/runs/$runId"
          params={{ runId: of.run_id }}
          className="rounded font-medium hover:text-accent-ink hover:underline"
        >
          {visible(names.get(of.run_id) ?? of.run_id)}
        </Link>
      </Cell>
      <Cell className="max-w-56 truncate">
        <Link
          to="/runs/$runId"
          params={{ runId: of.run_id }}
          search={{ step: of.path }}
          className="rounded font-mono text-xs hover:underline"
        >
          {visible(of.path)}
        </Link>
      </Cell>
    </>
  );
}

function amounts(of: Resources): string {
  const devices = Object.entries(of.devices ?? {}).map(([kind, size]) => `${size} × ${kind}`);
  const memory = of.memory_bytes ? [bytes(of.memory_bytes)] : [];
  return visible([...memory, ...devices].join(", ")) || text.none;
}
