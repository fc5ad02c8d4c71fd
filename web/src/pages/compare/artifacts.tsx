/** One output of several runs, side by side. */
import { useQueries } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { get } from "@/api/client";
import type { Page, Run, StoredArtifact } from "@/api/types";
import { bytes } from "@/format/amounts";
import { visible } from "@/format/safety";
import { PreviewOf } from "@/previews/view";
import { text } from "@/text/en";
import { Section } from "@/ui/texts";
import { outputsOf } from "./outputs";

const MOST = 200;
const words = text.compare;

export function Artifacts({ runs }: { runs: readonly Run[] }) {
  const search = useSearch({ from: "/compare" });
  const navigate = useNavigate({ from: "/compare" });
  const queries = useQueries({
    queries: runs.map((run) => ({
      queryKey: ["run-artifacts", run.run_id],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        get<Page<StoredArtifact>>("/artifacts", {
          search: { run_id: run.run_id, limit: MOST },
          signal,
        }),
      staleTime: 60_000,
    })),
    combine: (found) => found.map((one) => one.data?.items ?? []),
  });
  const outputs = useMemo(
    () => outputsOf(new Map(runs.map((run, index) => [run.run_id, queries[index] ?? []]))),
    [runs, queries],
  );
  const chosen = outputs.find((one) => one.key === search.output) ?? outputs[0];
  if (!chosen) {
    return null;
  }
  return (
    <Section title={words.artifacts}>
      <label className="mb-3 flex flex-wrap items-center gap-2 text-xs text-muted">
        {words.output}
        <select
          className="control max-w-80"
          value={chosen.key}
          onChange={(event) =>
            void navigate({
              search: (old) => ({ ...old, output: event.target.value }),
              replace: true,
            })
          }
        >
          {outputs.map((one) => (
            <option key={one.key} value={one.key}>
              {`${one.differs ? "≠ " : ""}${visible(one.key)}`}
            </option>
          ))}
        </select>
        {chosen.differs ? words.differs : words.same}
      </label>
      <div
        role="region"
        aria-label={words.artifacts}
        tabIndex={0}
        className="-mx-4 flex gap-4 overflow-x-auto px-4 pb-2"
      >
        {runs.map((run) => (
          <Beside key={run.run_id} run={run} made={chosen.made.get(run.run_id)} />
        ))}
      </div>
    </Section>
  );
}

function Beside({ run, made }: { run: Run; made: StoredArtifact | undefined }) {
  return (
    <article className="w-96 max-w-[85vw] shrink-0 rounded border border-line p-3">
      <h3 className="truncate font-medium" title={visible(run.display_name)}>
        {visible(run.display_name)}
      </h3>
      {made ? (
        <>
          <p className="mb-2 flex gap-2 truncate text-xs text-muted">
            <Link
              to="/artifacts/$artifactId"
              params={{ artifactId: made.artifact.id }}
              className="text-accent-ink underline"
            >
              {visible(made.artifact.name)}
            </Link>
            {typeof made.artifact.size === "number" && <span>{bytes(made.artifact.size)}</span>}
            <code className="truncate">{made.artifact.digest?.slice(0, 19)}</code>
          </p>
          <PreviewOf artifactId={made.artifact.id} name={made.artifact.name} />
        </>
      ) : (
        <p className="text-muted">{words.notMade}</p>
      )}
    </article>
  );
}
