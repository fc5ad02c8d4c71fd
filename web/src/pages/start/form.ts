/** What is to be filled in for the pipeline that was chosen. */
import { useQuery } from "@tanstack/react-query";
import { get, post } from "@/api/client";
import type { Graph, InputSpec, Page, PipelineVersion } from "@/api/types";
import { text } from "@/text/en";
import { readDocument } from "./document";
import type { Chosen } from "./source";

const words = text.start;

export interface FormOf {
  key: string;
  /** Of the pipeline, or of its version. */
  pipeline: string;
  /** That a run of it has unless another is given. */
  name: string;
  inputs: InputSpec[];
  /** What the server is told of the pipeline. */
  body: Record<string, unknown>;
}

export function usePipelineForm(chosen: Chosen) {
  return useQuery<FormOf>({
    queryKey: ["start-form", chosen],
    queryFn: ({ signal }) => formOf(chosen, signal),
    enabled: chosen.kind !== "none",
    retry: false,
  });
}

async function formOf(chosen: Chosen, signal: AbortSignal): Promise<FormOf> {
  if (chosen.kind === "document") {
    const given = await readDocument(chosen.written);
    const { inputs } = await post<Graph>("/graph", given, { signal });
    const info = given.spec.pipelineInfo as { name?: string } | undefined;
    return {
      key: chosen.name,
      pipeline: info?.name ?? chosen.name,
      name: words.defaultName(info?.name ?? chosen.name),
      inputs,
      body: { ...given },
    };
  }
  if (chosen.kind === "none") {
    throw new Error(words.choosePipeline);
  }
  const { pipelineId, versionId } = chosen;
  const known = await get<Page<PipelineVersion>>(
    `/pipelines/${encodeURIComponent(pipelineId)}/versions`,
    {
      search: { limit: 100, sort: "-created_at" },
      signal,
    },
  );
  const version = known.items.find((one) => one.id === versionId) ?? known.items[0];
  if (!version) {
    throw new Error(words.noVersions);
  }
  const { inputs } = await get<Graph>(`/versions/${encodeURIComponent(version.id)}/graph`, {
    signal,
  });
  return {
    key: `${pipelineId} ${version.id} ${versionId}`,
    pipeline: version.display_name || version.name,
    name: words.defaultName(version.display_name || version.name),
    inputs,
    body: versionId
      ? { pipeline_id: pipelineId, version_id: versionId }
      : { pipeline_id: pipelineId },
  };
}
