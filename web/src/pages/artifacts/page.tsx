/** One artifact: what it holds, where it is from, where it was used. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { lazy, Suspense } from "react";
import { address } from "@/api/client";
import { artifact } from "@/api/queries";
import type { ArtifactDetail } from "@/api/types";
import { bytes } from "@/format/amounts";
import { visible } from "@/format/safety";
import { moment } from "@/format/times";
import { typeName } from "@/format/types";
import { PreviewOf } from "@/previews/view";
import { useTitle } from "@/shell/title";
import { text } from "@/text/en";
import { buttonLook } from "@/ui/button";
import { StateIcon } from "@/ui/state";
import { Failed, Guard, Loading } from "@/ui/states";
import { Address, Copy, Fact, Facts, Section, Value } from "@/ui/texts";

const Lineage = lazy(() => import("./lineage").then((module) => ({ default: module.LineageOf })));
const words = text.artifacts;
const VIEWS = ["preview", "lineage"] as const;

export function ArtifactPage() {
  const { artifactId } = useParams({ from: "/artifacts/$artifactId" });
  const query = useQuery(artifact(artifactId));
  useTitle(query.data?.artifact.artifact.name ?? words.title);
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} again={() => void query.refetch()} />;
  }
  return <Shown detail={query.data} />;
}

function Shown({ detail }: { detail: ArtifactDetail }) {
  const { artifact: of } = detail.artifact;
  const search = useSearch({ from: "/artifacts/$artifactId" });
  const view = VIEWS.find((one) => one === search.view) ?? "preview";
  const holdsBytes = Boolean(of.digest || of.size);
  return (
    <div className="flex h-full flex-col">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 pt-3 pb-1">
        <h1 className="min-w-0 truncate text-lg font-semibold tracking-tight">
          {visible(of.name)}
        </h1>
        <span className="rounded bg-sunken px-1.5 py-0.5 text-xs text-muted">
          {visible(typeName(of.schema_title))}
        </span>
        <span className="grow" />
        {holdsBytes && (
          <a
            href={address(`/artifacts/${encodeURIComponent(of.id)}/content`)}
            download
            className={buttonLook()}
          >
            <Download aria-hidden size={14} />
            {text.download}
          </a>
        )}
      </header>
      <nav aria-label={words.title} className="flex gap-1 border-b border-line px-3">
        {VIEWS.map((one) => (
          <Link
            key={one}
            from="/artifacts/$artifactId"
            to="."
            search={(before) => ({ ...before, view: one })}
            aria-current={one === view ? "page" : undefined}
            className={`-mb-px border-b-2 px-2 py-1.5 -outline-offset-2 ${one === view ? "border-accent font-medium" : "border-transparent text-muted hover:text-ink"}`}
          >
            {words[one]}
          </Link>
        ))}
      </nav>
      <div className="flex min-h-0 grow flex-col overflow-auto bg-panel lg:flex-row lg:overflow-hidden">
        <div className="min-h-96 min-w-0 shrink-0 grow overflow-auto lg:shrink">
          <Guard key={view}>
            {view === "preview" ? (
              <div className="p-4">
                <PreviewOf artifactId={of.id} name={of.name} />
              </div>
            ) : (
              <Suspense fallback={<Loading />}>
                <Lineage artifactId={of.id} />
              </Suspense>
            )}
          </Guard>
        </div>
        <Side detail={detail} />
      </div>
    </div>
  );
}

function Side({ detail }: { detail: ArtifactDetail }) {
  const { artifact: of, created_at: created, run_id: runId, path } = detail.artifact;
  const metadata = Object.entries(of.metadata ?? {});
  return (
    <aside
      aria-label={text.run.details}
      className="shrink-0 overflow-auto border-t border-line lg:w-96 lg:border-t-0 lg:border-l"
    >
      <Section title={text.run.details}>
        <Facts>
          <Fact name={words.madeBy}>
            <Link
              to="/runs/$runId"
              params={{ runId }}
              search={{ step: path }}
              className="break-words text-accent-ink hover:underline"
            >
              {visible(detail.producer?.run.display_name ?? runId)} / {visible(path)}
            </Link>
          </Fact>
          <Fact name={words.created}>{moment(created)}</Fact>
          <Fact name={words.size}>{bytes(of.size)}</Fact>
          {of.digest && (
            <Fact name={words.digest}>
              <span className="flex items-start gap-1">
                <code className="text-xs break-all">{visible(of.digest)}</code>
                <Copy of={of.digest} />
              </span>
            </Fact>
          )}
          <Fact name={words.uri}>
            <span className="flex items-start gap-1">
              <Address of={of.uri} />
              <Copy of={of.uri} />
            </span>
          </Fact>
        </Facts>
      </Section>
      {metadata.length > 0 && (
        <Section title={words.metadata}>
          <Facts>
            {metadata.map(([name, value]) => (
              <Fact key={name} name={visible(name)}>
                <Value of={value} />
              </Fact>
            ))}
          </Facts>
        </Section>
      )}
      <Section title={words.usedBy}>
        {detail.consumers.length === 0 ? (
          <p className="text-muted">{words.unused}</p>
        ) : (
          <ul className="flex flex-col gap-1">
            {detail.consumers.map((one) => (
              <li
                key={`${one.run_id} ${one.path} ${one.name}`}
                className="flex min-h-6 items-center gap-1.5"
              >
                {one.state && <StateIcon state={one.state} />}
                <Link
                  to="/runs/$runId"
                  params={{ runId: one.run_id }}
                  search={{ step: one.path }}
                  className="truncate text-accent-ink hover:underline"
                >
                  {visible(`${one.pipeline ?? one.run_id} / ${one.path}`)}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Section>
    </aside>
  );
}
