/** What an artifact holds: tables, curves, matrices, images, texts, documents, files. */
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { address, get } from "@/api/client";
import { ConfusionMatrix } from "@/charts/confusion";
import { RocChart } from "@/charts/roc";
import { bytes, number } from "@/format/amounts";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import { Button } from "@/ui/button";
import { Failed, Loading } from "@/ui/states";
import { Code, Fact, Facts, Value } from "@/ui/texts";
import { TableOf } from "./table";
import type { FileEntry, Preview, Slice } from "./types";

const Markdown = lazy(() =>
  import("./markdown-view").then((module) => ({ default: module.Markdown })),
);
const words = text.preview;

interface Props {
  artifactId: string;
  name: string;
}

export function PreviewOf({ artifactId, name }: Props) {
  const [file, setFile] = useState<string | undefined>();
  const at = `/artifacts/${encodeURIComponent(artifactId)}`;
  const query = useQuery({
    queryKey: ["preview", artifactId, file],
    queryFn: ({ signal }) => get<Preview>(`${at}/preview`, { search: { path: file }, signal }),
  });
  const frame = address(`${at}/frame`, { path: file });
  return (
    <div>
      {file !== undefined && (
        <p className="mb-2 flex items-center gap-3">
          <Button onClick={() => setFile(undefined)}>{words.backToDirectory}</Button>
          <code className="text-xs">{visible(file)}</code>
          <a
            href={address(`${at}/content`, { path: file })}
            download
            className="text-xs text-accent-ink underline"
          >
            {text.download}
          </a>
        </p>
      )}
      {query.isPending && <Loading />}
      {query.isError && <Failed error={query.error} again={() => void query.refetch()} />}
      {query.data && (
        <Suspense fallback={<Loading />}>
          <Body of={query.data} name={name} frame={frame} onFile={setFile} />
        </Suspense>
      )}
    </div>
  );
}

interface BodyProps {
  of: Preview;
  name: string;
  frame: string;
  onFile: (path: string) => void;
}

function Body({ of, name, frame, onFile }: BodyProps) {
  switch (of.kind) {
    case "table":
      return <TableOf of={of} />;
    case "image":
      return (
        <img
          src={frame}
          alt={visible(name)}
          className="max-h-[70dvh] max-w-full rounded border border-line bg-white"
        />
      );
    case "html":
      return <Document name={name} frame={frame} />;
    case "text":
      return (
        <Cut when={of.truncated}>
          <Code of={of.text} label={visible(name)} />
        </Cut>
      );
    case "json":
      return (
        <Cut when={of.truncated}>
          <Code
            of={of.value === undefined ? of.text : JSON.stringify(of.value, null, 2)}
            label={visible(name)}
          />
        </Cut>
      );
    case "markdown":
      return (
        <Cut when={of.truncated}>
          <Markdown of={of.text} />
        </Cut>
      );
    case "metrics":
      return (
        <Facts>
          {of.metrics.map((metric) => (
            <Fact key={metric.name} name={visible(metric.name)}>
              <span className="font-medium tabular-nums">
                {metric.value === null ? text.none : number(metric.value)}
              </span>
            </Fact>
          ))}
        </Facts>
      );
    case "roc":
      return (
        <div className="flex flex-col gap-5">
          <RocChart curves={[{ name, points: of.points, auc: of.auc }]} />
          {of.confusion && <ConfusionMatrix {...of.confusion} />}
        </div>
      );
    case "confusion":
      return <ConfusionMatrix labels={of.labels} matrix={of.matrix} />;
    case "sliced":
      return <Slices of={of.slices} />;
    case "model":
      return (
        <div className="flex flex-col gap-3">
          <Facts>
            {of.framework && <Fact name={words.framework}>{visible(of.framework)}</Fact>}
            {of.size !== null && of.size !== undefined && (
              <Fact name={text.artifacts.size}>{bytes(of.size)}</Fact>
            )}
            {Object.entries(of.metadata ?? {}).map(([key, value]) => (
              <Fact key={key} name={visible(key)}>
                <Value of={value} />
              </Fact>
            ))}
          </Facts>
          {of.files && of.files.length > 0 && <Files of={of.files} onFile={onFile} />}
        </div>
      );
    case "directory":
      return (
        <div>
          <p className="mb-2 text-xs text-muted">
            {words.filesOf(String(of.entries.length), String(of.total), bytes(of.size))}
          </p>
          <Files of={of.entries} onFile={onFile} />
        </div>
      );
    case "none":
      return <p className="text-muted">{visible(of.reason) || text.artifacts.noPreview}</p>;
  }
}

function Cut({ when, children }: { when: boolean | undefined; children: React.ReactNode }) {
  return (
    <>
      {children}
      {when && <p className="mt-2 text-xs text-muted">{text.artifacts.cut}</p>}
    </>
  );
}

function Frame({
  name,
  frame,
  scripts = false,
}: {
  name: string;
  frame: string;
  scripts?: boolean;
}) {
  return (
    <iframe
      title={text.artifacts.frame(visible(name))}
      src={frame}
      sandbox={scripts ? "allow-scripts" : ""}
      referrerPolicy="no-referrer"
      loading="lazy"
      className="h-[60dvh] w-full rounded-md border border-line bg-white"
    />
  );
}

function Document({ name, frame }: { name: string; frame: string }) {
  const [scripts, setScripts] = useState(false);
  const address = scripts ? `${frame}${frame.includes("?") ? "&" : "?"}scripts=1` : frame;
  return (
    <div>
      <label className="mb-2 flex items-center gap-2 text-xs" title={words.scriptsHint}>
        <input
          type="checkbox"
          className="accent-accent"
          checked={scripts}
          onChange={(event) => setScripts(event.target.checked)}
        />
        {words.runScripts}
        <span className="text-muted">{words.scriptsHint}</span>
      </label>
      <Frame key={address} name={name} frame={address} scripts={scripts} />
    </div>
  );
}

function Slices({ of }: { of: readonly Slice[] }) {
  const curves = of.filter((one) => one.points?.length);
  return (
    <div className="flex flex-col gap-5">
      {curves.length > 0 && (
        <RocChart
          curves={curves.map((one) => ({
            name: one.slice,
            points: one.points ?? [],
            auc: one.auc,
          }))}
        />
      )}
      {of.map(
        (one) =>
          one.confusion && (
            <section key={one.slice}>
              <h2 className="mb-1 font-medium">
                {text.charts.slice}: {visible(one.slice)}
              </h2>
              <ConfusionMatrix {...one.confusion} />
            </section>
          ),
      )}
    </div>
  );
}

function Files({ of, onFile }: { of: readonly FileEntry[]; onFile: (path: string) => void }) {
  return (
    <ul aria-label={words.files} className="max-w-2xl">
      {of.map((file) => (
        <li key={file.name} className="flex justify-between gap-4 border-b border-line py-1">
          <button
            type="button"
            className="truncate rounded text-left font-mono text-xs text-accent-ink hover:underline"
            onClick={() => onFile(file.name)}
          >
            {visible(file.name)}
          </button>
          <span className="shrink-0 text-xs text-muted">{bytes(file.size)}</span>
        </li>
      ))}
    </ul>
  );
}
