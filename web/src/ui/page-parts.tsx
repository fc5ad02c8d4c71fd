/** Parts that pages of lists have in common: the heading, the search, the tabs and the badge. */
import { Search } from "lucide-react";
import type { ReactNode } from "react";

interface HeadingProps {
  title: ReactNode;
  note?: ReactNode;
  children?: ReactNode;
}

/** The title of a page, what is said of it, and what can be done there. */
export function Heading({ title, note, children }: HeadingProps) {
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 pt-3 pb-2">
      <h1 className="max-w-full min-w-0 truncate text-lg font-semibold tracking-tight">{title}</h1>
      <span role="status" className="text-xs text-muted">
        {note}
      </span>
      <span className="grow" />
      {children}
    </header>
  );
}

interface SearchProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

export function SearchField({ label, value, onChange }: SearchProps) {
  return (
    <label className="relative min-w-48 grow basis-64">
      <span className="sr-only">{label}</span>
      <Search aria-hidden size={14} className="absolute top-2 left-2.5 text-faint" />
      <input
        data-search
        type="search"
        className="control w-full pl-8!"
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

export const tabsLook = "flex shrink-0 gap-1 overflow-x-auto border-b border-line px-3";

/** How a tab looks; it is a link, with `aria-current` when it is open. */
export const tabLook = (open: boolean): string =>
  `-mb-px border-b-2 px-2 py-1.5 whitespace-nowrap -outline-offset-2 ${open ? "border-accent font-medium text-ink" : "border-transparent text-muted hover:text-ink"}`;

export type BadgeTone = "ok" | "bad" | "wait" | "stop" | "run";

const tones: Record<BadgeTone, string> = {
  ok: "bg-ok-soft text-ok",
  bad: "bg-bad-soft text-bad",
  wait: "bg-wait-soft text-wait",
  stop: "bg-stop-soft text-stop",
  run: "bg-run-soft text-run",
};

export function Badge({ tone, children }: { tone: BadgeTone; children: ReactNode }) {
  return (
    <span
      className={`inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap ${tones[tone]}`}
    >
      {children}
    </span>
  );
}
