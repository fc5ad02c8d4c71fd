/** Uploading a compiled pipeline, or a version of one. */
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { upload } from "@/api/client";
import type { Pipeline, PipelineVersion } from "@/api/types";
import { useNamespace } from "@/shell/namespace";
import { text } from "@/text/en";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";

const words = text.pipelines;

interface Props {
  /** The pipeline that gets a version; without it a pipeline is made. */
  pipelineId?: string;
  onClose: () => void;
}

export function UploadDialog({ pipelineId, onClose }: Props) {
  const namespace = useNamespace();
  const navigate = useNavigate();
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const send = useAct<void, Pipeline | PipelineVersion>({
    act: () => {
      const form = new FormData();
      if (file) {
        form.set("file", file);
      }
      const given = { name, description, namespace: pipelineId ? undefined : namespace };
      for (const [key, value] of Object.entries(given)) {
        if (value) {
          form.set(key, value);
        }
      }
      return upload(
        pipelineId ? `/pipelines/${encodeURIComponent(pipelineId)}/versions` : "/pipelines",
        form,
      );
    },
    changes: ["pipelines", "pipeline", "pipeline-versions"],
    done: words.uploaded,
    after: (made) => {
      onClose();
      const id = pipelineId ?? made.id;
      const version = pipelineId ? made.id : undefined;
      void navigate({
        to: "/pipelines/$pipelineId",
        params: { pipelineId: id },
        search: { version },
      });
    },
  });
  const field = "flex flex-col gap-1 text-xs text-muted";
  return (
    <Dialog
      title={pipelineId ? words.uploadVersion : words.upload}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button tone="primary" disabled={!file || send.isPending} onClick={() => send.mutate()}>
            {text.pipelines.upload}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <label className={field}>
          {words.file}
          <input
            type="file"
            accept=".yaml,.yml,.json,.zip,.tar.gz,.tgz"
            onChange={(event) => setFile(event.target.files?.[0] ?? null)}
          />
        </label>
        <label className={field}>
          {pipelineId ? words.versionName : words.name}
          <input
            className="control"
            value={name}
            placeholder={pipelineId ? "" : words.nameHint}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className={field}>
          {words.description}
          <input
            className="control"
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        </label>
      </div>
    </Dialog>
  );
}
