/** One pipeline: its versions, the graph before running, its inputs, the IR and what changed in it. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { CalendarClock, Play, Trash2, Upload } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { remove } from "@/api/client";
import { pipeline, pipelineVersions, runs, versionDocument, versionGraph } from "@/api/queries";
import type { InputSpec, Pipeline, PipelineVersion } from "@/api/types";
import { readable } from "@/diff/readable";
import { Diff } from "@/diff/view";
import { value } from "@/format/amounts";
import { visible } from "@/format/safety";
import { parameterType } from "@/format/types";
import { useNamespace } from "@/shell/namespace";
import { text } from "@/text/en";
import { useAct } from "@/ui/act";
import { Button, ButtonLink, IconButton } from "@/ui/button";
import { Ago, Elapsed } from "@/ui/clock";
import { Confirm } from "@/ui/dialog";
import { Cell, Grid, PageFrame, ViewLinks } from "@/ui/page";
import { StateBadge } from "@/ui/state";
import { Empty, Failed, Guard, Loading } from "@/ui/states";
import { Code, Copy } from "@/ui/texts";
import { UploadDialog } from "./upload";

const GraphView = lazy(() =>
  import("@/graph/view").then((module) => ({ default: module.GraphView })),
);
const words = text.pipelines;
type View = keyof typeof words.views;

export function PipelinePage() {
  const { pipelineId } = useParams({ from: "/pipelines/$pipelineId" });
  const found = useQuery(pipeline(pipelineId));
  const versions = useQuery(pipelineVersions(pipelineId));
  const failure = found.error ?? versions.error;
  if (failure) {
    return <Failed error={failure} again={() => void found.refetch()} />;
  }
  if (!found.data || !versions.data) {
    return <Loading />;
  }
  return <Shown of={found.data} versions={versions.data.items} />;
}

interface ShownProps {
  of: Pipeline;
  versions: readonly PipelineVersion[];
}

function Shown({ of, versions }: ShownProps) {
  const search = useSearch({ from: "/pipelines/$pipelineId" });
  const navigate = useNavigate({ from: "/pipelines/$pipelineId" });
  const [uploading, setUploading] = useState(false);
  const version = versions.find((one) => one.id === search.version) ?? versions[0];
  const view = (search.view && search.view in words.views ? search.view : "graph") as View;
  return (
    <PageFrame
      title={visible(of.display_name || of.name)}
      actions={
        <>
          {version && (
            <select
              aria-label={words.version}
              className="control max-w-60"
              value={version.id}
              onChange={(event) =>
                void navigate({ search: (before) => ({ ...before, version: event.target.value }) })
              }
            >
              {versions.map((one) => (
                <option key={one.id} value={one.id}>
                  {visible(one.display_name || one.name)}
                </option>
              ))}
            </select>
          )}
          <Button onClick={() => setUploading(true)}>
            <Upload aria-hidden size={14} />
            {words.uploadVersion}
          </Button>
          <ButtonLink to="/recurring/new" search={{ pipeline: of.id, version: search.version }}>
            <CalendarClock aria-hidden size={14} />
            {words.schedule}
          </ButtonLink>
          <ButtonLink
            tone="primary"
            to="/start"
            search={{ pipeline: of.id, version: search.version }}
          >
            <Play aria-hidden size={14} />
            {words.start}
          </ButtonLink>
          <Remove of={of} version={version} versions={versions.length} />
        </>
      }
    >
      <div className="flex h-full flex-col">
        {of.description && <p className="px-4 pt-2 text-muted">{visible(of.description)}</p>}
        <ViewLinks label={words.title} views={words.views} current={view} />
        <div className="min-h-0 grow overflow-auto">
          <Guard key={view}>
            {view === "runs" ? (
              <RunsOf pipelineId={of.id} />
            ) : version ? (
              <VersionView view={view} version={version} versions={versions} />
            ) : (
              <Empty title={words.noVersions} />
            )}
          </Guard>
        </div>
      </div>
      {uploading && <UploadDialog pipelineId={of.id} onClose={() => setUploading(false)} />}
    </PageFrame>
  );
}

function Remove({
  of,
  version,
  versions,
}: {
  of: Pipeline;
  version?: PipelineVersion;
  versions: number;
}) {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const onlyVersion = versions > 1 && version !== undefined;
  const act = useAct({
    act: () =>
      remove(
        onlyVersion
          ? `/versions/${encodeURIComponent(version.id)}`
          : `/pipelines/${encodeURIComponent(of.id)}`,
      ),
    changes: ["pipelines", "pipeline-versions"],
    done: words.removed,
    after: () =>
      void navigate(
        onlyVersion
          ? { to: "/pipelines/$pipelineId", params: { pipelineId: of.id } }
          : { to: "/pipelines" },
      ),
  });
  const name = visible(of.display_name || of.name);
  return (
    <>
      <IconButton
        label={onlyVersion ? words.removeVersion : words.remove}
        onClick={() => setAsking(true)}
      >
        <Trash2 aria-hidden size={15} />
      </IconButton>
      {asking && (
        <Confirm
          title={
            onlyVersion
              ? words.confirmRemoveVersion(visible(version.display_name || version.name))
              : words.confirmRemove(name)
          }
          hint={words.confirmHint}
          action={words.remove}
          onConfirm={() => act.mutate()}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

interface VersionViewProps {
  view: View;
  version: PipelineVersion;
  versions: readonly PipelineVersion[];
}

function VersionView({ view, version, versions }: VersionViewProps) {
  const graph = useQuery(versionGraph(version.id));
  if (view === "spec") {
    return <Document versionId={version.id} />;
  }
  if (view === "diff") {
    return <Changes version={version} versions={versions} />;
  }
  if (graph.isPending) {
    return <Loading />;
  }
  if (graph.isError) {
    return <Failed error={graph.error} />;
  }
  if (view === "inputs") {
    return <Inputs of={graph.data.inputs} />;
  }
  return (
    <Suspense fallback={<Loading label={text.graph.layout} />}>
      <div className="h-full min-h-96">
        <GraphView key={version.id} graph={graph.data} tasks={null} onOpen={() => undefined} />
      </div>
    </Suspense>
  );
}

function Inputs({ of }: { of: readonly InputSpec[] }) {
  if (of.length === 0) {
    return <p className="p-4 text-muted">{text.start.noInputs}</p>;
  }
  return (
    <Grid
      label={words.views.inputs}
      heads={[words.name, words.type, words.default, words.description]}
    >
      {of.map((input) => (
        <tr key={input.name}>
          <Cell className="font-mono text-xs">{visible(input.name)}</Cell>
          <Cell>{parameterType(input.type)}</Cell>
          <Cell className="max-w-72 truncate font-mono text-xs">
            {input.has_default
              ? visible(value(input.default))
              : input.required
                ? words.required
                : text.none}
          </Cell>
          <Cell className="text-muted">{visible(input.description ?? "")}</Cell>
        </tr>
      ))}
    </Grid>
  );
}

function Document({ versionId }: { versionId: string }) {
  const query = useQuery(versionDocument(versionId));
  if (query.isPending) {
    return <Loading />;
  }
  if (query.isError) {
    return <Failed error={query.error} />;
  }
  return (
    <div className="p-4">
      <div className="mb-2 flex justify-end">
        <Copy of={query.data.yaml} />
      </div>
      <Code of={query.data.yaml} label={words.views.spec} />
    </div>
  );
}

function Changes({ version, versions }: Omit<VersionViewProps, "view">) {
  const at = versions.findIndex((one) => one.id === version.id);
  const [chosen, setChosen] = useState<string | null>(null);
  const base = versions.find((one) => one.id === chosen) ?? versions[at + 1] ?? versions[at - 1];
  const before = useQuery({ ...versionDocument(base?.id ?? ""), enabled: base !== undefined });
  const after = useQuery(versionDocument(version.id));
  if (!base) {
    return <Empty title={words.same} />;
  }
  return (
    <div className="flex flex-col gap-3 p-4">
      <label className="flex items-center gap-2 text-xs text-muted">
        {words.compareWith}
        <select
          className="control"
          value={base.id}
          onChange={(event) => setChosen(event.target.value)}
        >
          {versions
            .filter((one) => one.id !== version.id)
            .map((one) => (
              <option key={one.id} value={one.id}>
                {visible(one.display_name || one.name)}
              </option>
            ))}
        </select>
      </label>
      {before.data && after.data ? (
        <Diff
          before={readable(before.data.spec)}
          after={readable(after.data.spec)}
          label={words.views.diff}
        />
      ) : (
        <Loading />
      )}
    </div>
  );
}

function RunsOf({ pipelineId }: { pipelineId: string }) {
  const namespace = useNamespace();
  const filter = JSON.stringify([{ field: "pipeline_id", op: "eq", value: pipelineId }]);
  const query = useInfiniteQuery(runs({ namespace, filter, limit: 50, sort: "-created_at" }));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isPending) {
    return <Loading />;
  }
  if (rows.length === 0) {
    return <Empty title={text.runs.empty} />;
  }
  const names = text.runs.columns;
  return (
    <Grid label={words.views.runs} heads={[names.name, names.state, names.duration, names.created]}>
      {rows.map((run) => (
        <tr key={run.run_id}>
          <Cell>
            <Link
              to="/runs/$runId"
              params={{ runId: run.run_id }}
              className="font-medium hover:underline"
            >
              {visible(run.display_name)}
            </Link>
          </Cell>
          <Cell>
            <StateBadge state={run.state} />
          </Cell>
          <Cell>
            <Elapsed from={run.started_at} to={run.finished_at} going={run.state === "running"} />
          </Cell>
          <Cell className="text-muted">
            <Ago at={run.created_at} />
          </Cell>
        </tr>
      ))}
    </Grid>
  );
}
