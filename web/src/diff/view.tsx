/** The difference of two texts. */
import { useMemo } from "react";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import { diffLines, withContext } from "./lines";

const looks = { same: "", added: "bg-ok-soft", removed: "bg-bad-soft" };
const signs = { same: " ", added: "+", removed: "−" };

interface Props {
  before: string;
  after: string;
  label: string;
}

export function Diff({ before, after, label }: Props) {
  const lines = useMemo(() => diffLines(before, after), [before, after]);
  if (lines === null) {
    return <p className="text-muted">{text.pipelines.tooDifferent}</p>;
  }
  const added = lines.filter((line) => line.kind === "added").length;
  const removed = lines.filter((line) => line.kind === "removed").length;
  if (added + removed === 0) {
    return <p className="text-muted">{text.pipelines.same}</p>;
  }
  return (
    <div>
      <p className="mb-2 text-xs text-muted">{text.pipelines.changed(added, removed)}</p>
      <div
        role="region"
        aria-label={label}
        tabIndex={0}
        className="max-h-[70dvh] overflow-auto rounded-md border border-line py-1 font-mono text-xs leading-5"
      >
        {withContext(lines).map((line, index) =>
          line === null ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: gaps have no other identity
            <div key={index} aria-hidden className="px-3 text-faint">
              ⋯
            </div>
          ) : (
            <div
              key={`${line.before} ${line.after}`}
              className={`flex w-max min-w-full ${looks[line.kind]}`}
            >
              <span aria-hidden className="w-10 shrink-0 pr-2 text-right text-muted select-none">
                {line.before}
              </span>
              <span aria-hidden className="w-10 shrink-0 pr-2 text-right text-muted select-none">
                {line.after}
              </span>
              <span className="w-4 shrink-0">{signs[line.kind]}</span>
              <span className="pr-4 whitespace-pre">{visible(line.text)}</span>
            </div>
          ),
        )}
      </div>
    </div>
  );
}
