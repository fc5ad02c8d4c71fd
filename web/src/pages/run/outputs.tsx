/** What came out of a run: its metrics and its artifacts. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { artifacts } from "@/api/queries";
import type { Metric, RunDetail, StoredArtifact } from "@/api/types";
import { bytes, number } from "@/format/amounts";
import { visible } from "@/format/safety";
import { typeName } from "@/format/types";
import { PreviewOf } from "@/previews/view";
import { text } from "@/text/en";
import { Button } from "@/ui/button";
import { Empty, Failed, Loading } from "@/ui/states";
import { Section } from "@/ui/texts";

const names = text.artifacts;

export function RunOutputs({ detail }: { detail: RunDetail }) {
  const query = useInfiniteQuery(artifacts({ run_id: detail.run.run_id, limit: 100 }));
  const found = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} again={() => void query.refetch()} />;
  }
  if (found.length === 0 && detail.metrics.length === 0) {
    return <Empty title={text.run.noOutputs} hint={text.run.noOutputsHint} />;
  }
  return (
    <div>
      {detail.metrics.length > 0 && (
        <Section title={names.metrics}>
          <Metrics of={detail.metrics} />
        </Section>
      )}
      <Seen of={found} />
      <Section title={names.title}>
        <ArtifactRows of={found} />
        {query.hasNextPage && (
          <Button className="mt-3" onClick={() => void query.fetchNextPage()}>
            {text.loadMore}
          </Button>
        )}
      </Section>
    </div>
  );
}

const SEEN = /ClassificationMetrics$|\.HTML$|\.Markdown$/;
const MOST_OPEN = 3;

/** Curves, matrices and reports, shown where they are listed. */
function Seen({ of }: { of: readonly StoredArtifact[] }) {
  const seen = of.filter(({ artifact }) => SEEN.test(artifact.schema_title));
  const [open, setOpen] = useState<Readonly<Record<string, boolean>>>({});
  return seen.map(({ artifact, path }, index) => {
    const isOpen = open[artifact.id] ?? index < MOST_OPEN;
    return (
      <details
        key={artifact.id}
        open={isOpen}
        onToggle={(event) => {
          const { open: now } = event.currentTarget;
          setOpen((before) => ({ ...before, [artifact.id]: now }));
        }}
        className="border-b border-line px-4 py-3"
      >
        <summary className="text-xs">
          <span className="font-semibold">{visible(artifact.name)}</span>{" "}
          <span className="font-mono text-muted">{visible(path)}</span>
        </summary>
        {isOpen && (
          <div className="mt-3">
            <PreviewOf artifactId={artifact.id} name={artifact.name} />
          </div>
        )}
      </details>
    );
  });
}

function Metrics({ of }: { of: readonly Metric[] }) {
  return (
    <ul className="grid grid-cols-[repeat(auto-fill,minmax(11rem,1fr))] gap-2">
      {of.map((metric) => (
        <li
          key={`${metric.path} ${metric.artifact} ${metric.name}`}
          className="min-w-0 rounded-md border border-line px-3 py-2"
        >
          <p className="truncate text-xs text-muted" title={visible(metric.path)}>
            {visible(metric.path)}
          </p>
          <p className="truncate text-xs font-medium">{visible(metric.name)}</p>
          <p className="text-lg font-semibold tabular-nums">{number(metric.value ?? Number.NaN)}</p>
        </li>
      ))}
    </ul>
  );
}

export function ArtifactRows({ of }: { of: readonly StoredArtifact[] }) {
  const cell = "border-b border-line py-1.5 pr-4 text-left";
  return (
    <div role="region" aria-label={names.title} tabIndex={0} className="overflow-x-auto">
      <table className="w-full min-w-lg">
        <thead className="text-xs text-muted">
          <tr>
            {[names.name, names.type, names.step, names.size].map((title) => (
              <th key={title} scope="col" className={`${cell} font-medium`}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {of.map(({ artifact, path }) => (
            <tr key={artifact.id}>
              <td className={cell}>
                <Link
                  to="/artifacts/$artifactId"
                  params={{ artifactId: artifact.id }}
                  className="font-medium text-accent-ink hover:underline"
                >
                  {visible(artifact.name)}
                </Link>
              </td>
              <td className={`${cell} text-muted`}>{visible(typeName(artifact.schema_title))}</td>
              <td className={`${cell} font-mono text-xs`}>{visible(path)}</td>
              <td className={`${cell} text-muted whitespace-nowrap`}>{bytes(artifact.size)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
