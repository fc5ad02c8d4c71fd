/** The ROC curves of several runs over each other. */
import { useQueries } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Page, Run, StoredArtifact } from "@/api/types";
import { type Curve, RocChart } from "@/charts/roc";
import type { Preview } from "@/previews/types";
import { text } from "@/text/en";
import { Section } from "@/ui/texts";

const MOST = 12;

export function Curves({ runs }: { runs: readonly Run[] }) {
  const found = useQueries({
    queries: runs.slice(0, MOST).map((run) => ({
      queryKey: ["run-curves", run.run_id],
      queryFn: ({ signal }: { signal: AbortSignal }) => curvesOf(run, signal),
      staleTime: 60_000,
    })),
  });
  const curves = found.flatMap((query) => query.data ?? []);
  if (curves.length === 0) {
    return null;
  }
  return (
    <Section title={text.compare.curves}>
      <RocChart curves={curves} />
    </Section>
  );
}

async function curvesOf(run: Run, signal: AbortSignal): Promise<Curve[]> {
  const page = await get<Page<StoredArtifact>>("/artifacts", {
    search: { run_id: run.run_id, type: "system.ClassificationMetrics", limit: 5 },
    signal,
  });
  const previews = await Promise.all(
    page.items.map(({ artifact }) =>
      get<Preview>(`/artifacts/${encodeURIComponent(artifact.id)}/preview`, { signal }),
    ),
  );
  return previews.flatMap((preview, index) =>
    preview.kind === "roc" && preview.points.length > 0
      ? [
          {
            name: `${run.display_name} ${page.items[index]?.artifact.name ?? ""}`,
            points: preview.points,
            auc: preview.auc,
          },
        ]
      : [],
  );
}
