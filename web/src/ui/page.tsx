/** The frame of pages that are a list or a document: heading, actions, and what is below. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTitle } from "@/shell/title";

interface Props {
  title: string;
  actions?: ReactNode;
  note?: ReactNode;
  children: ReactNode;
}

export function PageFrame({ title, actions, note, children }: Props) {
  useTitle(title);
  return (
    <div className="flex h-full flex-col">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 pt-3 pb-2.5">
        <h1 className="min-w-0 truncate text-lg font-semibold tracking-tight">{title}</h1>
        {note}
        <span className="grow" />
        {actions}
      </header>
      <div className="min-h-0 grow overflow-auto border-t border-line bg-panel">{children}</div>
    </div>
  );
}

interface ViewLinksProps<V extends string> {
  label: string;
  views: Readonly<Record<V, string>>;
  current: V;
}

/** Links to the views of a page, kept in its address as `view`. */
export function ViewLinks<V extends string>({ label, views, current }: ViewLinksProps<V>) {
  return (
    <nav
      aria-label={label}
      className="flex shrink-0 gap-1 overflow-x-auto border-b border-line px-3"
    >
      {(Object.keys(views) as V[]).map((view) => (
        <Link
          key={view}
          to="."
          search={(before) => ({ ...before, view })}
          aria-current={view === current ? "page" : undefined}
          className={`-mb-px border-b-2 px-2 py-1.5 whitespace-nowrap -outline-offset-2 ${view === current ? "border-accent font-medium" : "border-transparent text-muted hover:text-ink"}`}
        >
          {views[view]}
        </Link>
      ))}
    </nav>
  );
}

const cell = "border-b border-line py-1.5 pr-4 text-left align-top first:pl-4";

/** A short table that needs no virtual rows. */
export function Grid({
  label,
  heads,
  children,
}: {
  label: string;
  heads: readonly string[];
  children: ReactNode;
}) {
  return (
    <div role="region" aria-label={label} tabIndex={0} className="overflow-x-auto">
      <table className="w-full">
        <thead className="text-xs text-muted">
          <tr>
            {heads.map((head) =>
              head ? (
                <th key={head} scope="col" className={`${cell} font-medium whitespace-nowrap`}>
                  {head}
                </th>
              ) : (
                <td key={head} className={cell} />
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

export function Cell({ children, className = "" }: { children?: ReactNode; className?: string }) {
  return <td className={`${cell} ${className}`}>{children}</td>;
}
