/** Text of others: names, values, code and addresses, shown so that nothing in them can act. */
import { Check, Copy as CopyIcon } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { Json } from "@/api/types";
import { value } from "@/format/amounts";
import { harmlessLink, visible } from "@/format/safety";
import { text } from "@/text/en";

export function Copy({ of, label = text.copy }: { of: string; label?: string }) {
  const [done, setDone] = useState(false);
  return (
    <button
      type="button"
      aria-label={done ? text.copied : label}
      title={done ? text.copied : label}
      className="inline-grid size-6 shrink-0 place-items-center rounded text-faint hover:bg-sunken hover:text-ink"
      onClick={() => {
        void navigator.clipboard.writeText(of).then(() => {
          setDone(true);
          setTimeout(() => setDone(false), 1500);
        });
      }}
    >
      {done ? <Check aria-hidden size={13} /> : <CopyIcon aria-hidden size={13} />}
    </button>
  );
}

/** An address: a link when it is of the web, text otherwise. */
export function Address({ of }: { of: string }) {
  const link = harmlessLink(of);
  const shown = visible(of);
  if (link === null) {
    return <code className="text-xs break-all">{shown}</code>;
  }
  return (
    <a
      href={link}
      rel="noopener noreferrer nofollow"
      target="_blank"
      className="text-xs break-all text-accent-ink underline"
    >
      {shown}
    </a>
  );
}

const LONG = 400;

/** A parameter's value; long ones fold. */
export function Value({ of }: { of: Json | undefined }) {
  const line = visible(value(of));
  if (typeof of === "object" && of !== null && line.length > 60) {
    return <Folding shown={line}>{visible(JSON.stringify(of, null, 2))}</Folding>;
  }
  if (line.length > LONG) {
    return <Folding shown={line}>{line}</Folding>;
  }
  return <code className="text-xs break-words whitespace-pre-wrap">{line}</code>;
}

function Folding({ shown, children }: { shown: string; children: string }) {
  return (
    <details className="min-w-0">
      <summary className="truncate font-mono text-xs">{shown.slice(0, 120)}</summary>
      <pre
        className="mt-1 max-h-80 overflow-auto rounded bg-sunken p-2 text-xs whitespace-pre-wrap"
        tabIndex={0}
      >
        {children}
      </pre>
    </details>
  );
}

/** Code or a document, with numbered lines; `mark` is the line to look at. */
export function Code({ of, label, first = 1, mark }: CodeProps) {
  const lines = of.replace(/\n$/, "").split("\n");
  return (
    <div
      role="region"
      aria-label={label}
      tabIndex={0}
      className="max-h-[70dvh] overflow-auto rounded-md border border-line bg-panel py-1 font-mono text-xs leading-5"
    >
      {lines.map((line, index) => {
        const at = first + index;
        const marked = at === mark ? "bg-bad-soft" : "";
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity
          <div key={index} className={`flex w-max min-w-full ${marked}`}>
            <span
              aria-hidden
              className="sticky left-0 w-12 shrink-0 bg-panel pr-3 text-right text-faint select-none"
            >
              {at}
            </span>
            <span className="pr-4 whitespace-pre">{visible(line) || " "}</span>
          </div>
        );
      })}
    </div>
  );
}

interface CodeProps {
  of: string;
  label: string;
  first?: number;
  mark?: number | null;
}

/** Names with values, as a list. */
export function Facts({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1.5">{children}</dl>
  );
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

export function Section({ title, children, aside }: SectionProps) {
  return (
    <section className="border-b border-line px-4 py-3 last:border-b-0">
      <div className="mb-2 flex min-h-6 items-center justify-between gap-2">
        <h2 className="text-xs font-semibold tracking-wide text-muted uppercase">{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

interface SectionProps {
  title: string;
  children: ReactNode;
  aside?: ReactNode;
}
