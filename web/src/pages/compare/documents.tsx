/** What changed in the pipeline, code included, from one run to another. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { runDocument } from "@/api/queries";
import type { Run } from "@/api/types";
import { readable } from "@/diff/readable";
import { Diff } from "@/diff/view";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import { Loading } from "@/ui/states";
import { Section } from "@/ui/texts";

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
        <Diff
          before={readable(before.data.spec)}
          after={readable(after.data.spec)}
          label={words.documents}
        />
      ) : (
        <Loading />
      )}
    </Section>
  );
}
