/** What changed in the pipeline, code included, from one run to another. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Minus, Pencil, Plus } from "lucide-react";
import { runDocument, runGraph } from "@/api/queries";
import type { Json, Run } from "@/api/types";
import { readable } from "@/diff/readable";
import { Diff } from "@/diff/view";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import { Loading } from "@/ui/states";
import { Section } from "@/ui/texts";
import { stepChanges } from "./outputs";

const words = text.compare;

export function Documents({ runs }: { runs: readonly Run[] }) {
  const search = useSearch({ from: "/compare" });
  const navigate = useNavigate({ from: "/compare" });
  const base = runs.find((run) => run.run_id === search.base) ?? runs.at(-1);
  const other = runs.find((run) => run.run_id === search.other) ?? runs[0];
  const before = useQuery(runDocument(base?.run_id ?? ""));
  const after = useQuery(runDocument(other?.run_id ?? ""));
  if (!base || !other) {
    return null;
  }
  const choose = (name: "base" | "other", title: string, run: Run) => (
    <label className="flex items-center gap-2 text-xs text-muted">
      {title}
      <select
        className="control max-w-60"
        value={run.run_id}
        onChange={(event) =>
          void navigate({
            search: (old) => ({ ...old, [name]: event.target.value }),
            replace: true,
          })
        }
      >
        {runs.map((one) => (
          <option key={one.run_id} value={one.run_id}>
            {visible(one.display_name)}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <Section title={words.documents}>
      <div className="mb-3 flex flex-wrap gap-3">
        {choose("base", words.base, base)}
        {choose("other", words.other, other)}
      </div>
      {base.document === other.document ? (
        <p className="text-muted">{words.sameDocument}</p>
      ) : before.data && after.data ? (
        <>
          <StepChanges
            base={base}
            other={other}
            before={before.data.spec}
            after={after.data.spec}
          />
          <Diff
            before={readable(before.data.spec)}
            after={readable(after.data.spec)}
            label={words.documents}
          />
        </>
      ) : (
        <Loading />
      )}
    </Section>
  );
}

const LOOKS = {
  added: [Plus, "text-ok"],
  removed: [Minus, "text-bad"],
  changed: [Pencil, "text-wait"],
} as const;

/** The steps of the graph that only one of the pipelines has, or that have other code. */
function StepChanges({
  base,
  other,
  before,
  after,
}: {
  base: Run;
  other: Run;
  before: Json;
  after: Json;
}) {
  const old = useQuery(runGraph(base.run_id));
  const fresh = useQuery(runGraph(other.run_id));
  if (!old.data || !fresh.data) {
    return <Loading />;
  }
  const changes = stepChanges(old.data.nodes, fresh.data.nodes, { before, after });
  if (changes.length === 0) {
    return <p className="mb-3 text-muted">{words.noSteps}</p>;
  }
  return (
    <ul aria-label={words.changedSteps} className="mb-3 flex flex-wrap gap-2">
      {changes.map(({ path, change }) => {
        const [Icon, look] = LOOKS[change];
        return (
          <li key={path} className="flex items-center gap-1.5 rounded border border-line px-2 py-1">
            <Icon aria-hidden size={12} className={look} />
            <Link
              to="/runs/$runId"
              params={{ runId: change === "removed" ? base.run_id : other.run_id }}
              search={{ step: path }}
              className="font-mono text-xs hover:underline"
            >
              {visible(path)}
            </Link>
            <span className="text-xs text-muted">{words.change[change]}</span>
          </li>
        );
      })}
    </ul>
  );
}
