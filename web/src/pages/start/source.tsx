/** Which pipeline to run: of the catalog, a file, or the one of a run that is cloned. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { pipelines, pipelineVersions } from "@/api/queries";
import { visible } from "@/format/safety";
import { useNamespace } from "@/shell/namespace";
import { text } from "@/text/en";
import { tellError } from "@/ui/toast";

const words = text.start;

export type Chosen =
  | { kind: "none" }
  | { kind: "version"; pipelineId: string; versionId: string }
  | { kind: "document"; name: string; written: string };

interface Props {
  chosen: Chosen;
  onChange: (chosen: Chosen) => void;
}

const LARGEST = 32 << 20;

export function SourceChoice({ chosen, onChange }: Props) {
  const namespace = useNamespace();
  const list = useQuery({ ...pipelines({ namespace, limit: 200 }), retry: false });
  const pipelineId = chosen.kind === "version" ? chosen.pipelineId : "";
  const versions = useQuery(pipelineVersions(pipelineId));
  const [tooLarge, setTooLarge] = useState(false);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-3">
        <label className="flex min-w-56 grow flex-col gap-1 text-xs text-muted">
          {words.pipeline}
          <select
            className="control"
            value={pipelineId}
            onChange={(event) =>
              onChange(
                event.target.value
                  ? { kind: "version", pipelineId: event.target.value, versionId: "" }
                  : { kind: "none" },
              )
            }
          >
            <option value="">
              {list.data?.items.length === 0 ? words.noPipelines : words.choosePipeline}
            </option>
            {list.data?.items.map((one) => (
              <option key={one.id} value={one.id}>
                {visible(one.display_name || one.name)}
              </option>
            ))}
          </select>
        </label>
        {chosen.kind === "version" && (
          <label className="flex min-w-56 grow flex-col gap-1 text-xs text-muted">
            {words.version}
            <select
              className="control"
              value={chosen.versionId}
              onChange={(event) => onChange({ ...chosen, versionId: event.target.value })}
            >
              <option value="">{words.latest}</option>
              {versions.data?.items.map((one) => (
                <option key={one.id} value={one.id}>
                  {visible(one.display_name || one.name)}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      <label className="flex flex-col gap-1 text-xs text-muted">
        {words.fromFile}
        <input
          type="file"
          accept=".yaml,.yml,.json,application/json,application/yaml"
          className="text-xs file:mr-2 file:h-[1.95rem] file:cursor-pointer file:rounded-md file:border file:border-line-strong file:bg-panel file:px-2.5 file:text-ink"
          onChange={(event) => {
            const file = event.target.files?.[0];
            setTooLarge((file?.size ?? 0) > LARGEST);
            if (file && file.size <= LARGEST) {
              file
                .text()
                .then(
                  (written) => onChange({ kind: "document", name: file.name, written }),
                  tellError,
                );
            }
          }}
        />
      </label>
      {tooLarge && <p className="text-xs text-bad">{words.tooLarge}</p>}
    </div>
  );
}
