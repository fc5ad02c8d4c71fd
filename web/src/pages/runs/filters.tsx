/** The search of runs, their states, and the choice of columns; all of it is in the address. */
import { Columns3, Search } from "lucide-react";
import { useEffect, useState } from "react";
import type { RunRow, RunState } from "@/api/types";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import { Button } from "@/ui/button";
import { Menu, MenuCheck, MenuLine } from "@/ui/menu";
import { looks, StateIcon } from "@/ui/state";
import { columnTitle, offered, standard } from "./columns";
import type { RunsSearch } from "./page";
import { isOwnColumn } from "./query";

const words = text.runs;
const STATES: RunState[] = ["running", "pending", "succeeded", "failed", "canceled"];
const TYPING_MS = 250;

interface Props {
  search: RunsSearch;
  change: (to: Partial<RunsSearch>) => void;
  rows: readonly RunRow[];
}

export function Filters({ search, change, rows }: Props) {
  return (
    <div className="flex flex-wrap items-center gap-2 px-4 pb-2.5">
      <SearchField value={search.q ?? ""} onChange={(q) => change({ q: q || undefined })} />
      <States
        value={search.state ?? ""}
        onChange={(state) => change({ state: state || undefined })}
      />
      <Button
        aria-pressed={search.archived === "1"}
        className={search.archived === "1" ? "border-accent! bg-accent-soft! text-accent-ink!" : ""}
        onClick={() => change({ archived: search.archived === "1" ? undefined : "1" })}
      >
        {words.archived}
      </Button>
      <ColumnChoice
        chosen={search.cols ? search.cols.split(",") : standard}
        onChange={(cols) => change({ cols: cols.join(",") })}
        rows={rows}
      />
    </div>
  );
}

function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  const [last, setLast] = useState(value);
  if (value !== last) {
    setLast(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed === value) {
      return;
    }
    const timer = setTimeout(() => onChange(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <label className="relative min-w-52 grow basis-72">
      <span className="sr-only">{words.search}</span>
      <Search aria-hidden size={14} className="absolute top-2 left-2.5 text-faint" />
      <input
        data-search
        type="search"
        className="control w-full pl-8!"
        title={words.searchHelp}
        placeholder={words.searchPlaceholder}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
    </label>
  );
}

function States({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const chosen = new Set(value ? value.split(",") : []);
  return (
    <fieldset className="flex flex-wrap gap-1">
      <legend className="sr-only">{words.columns.state}</legend>
      {STATES.map((state) => {
        const on = chosen.has(state);
        return (
          <button
            key={state}
            type="button"
            aria-pressed={on}
            onClick={() => {
              const next = STATES.filter((one) => (one === state ? !on : chosen.has(one)));
              onChange(next.join(","));
            }}
            className={`inline-flex h-[1.95rem] items-center gap-1.5 rounded-md border px-2 text-xs font-medium ${on ? `${looks[state].soft} ${looks[state].ink} border-current` : "border-line text-muted hover:bg-sunken"}`}
          >
            <StateIcon state={state} size={12} />
            {text.states[state]}
          </button>
        );
      })}
    </fieldset>
  );
}

interface ColumnChoiceProps {
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  rows: readonly RunRow[];
}

function ColumnChoice({ chosen, onChange, rows }: ColumnChoiceProps) {
  const found = ownColumns(rows);
  const own = [...new Set([...chosen.filter(isOwnColumn), ...found])];
  const flip = (id: string) => (on: boolean) =>
    onChange(on ? [...chosen, id] : chosen.filter((one) => one !== id));
  return (
    <Menu
      trigger={
        <Button>
          <Columns3 aria-hidden size={14} />
          {text.table.columns}
        </Button>
      }
    >
      {offered.map((id) => (
        <MenuCheck key={id} checked={chosen.includes(id)} onChange={flip(id)}>
          {columnTitle(id)}
        </MenuCheck>
      ))}
      {own.length > 0 && <MenuLine />}
      {own.map((id) => (
        <MenuCheck key={id} checked={chosen.includes(id)} onChange={flip(id)}>
          {visible(id)}
        </MenuCheck>
      ))}
    </Menu>
  );
}

const MOST_OFFERED = 40;

/** The metrics, parameters and tags of the runs that are loaded, as names of columns. */
function ownColumns(rows: readonly RunRow[]): string[] {
  const names = new Set<string>();
  for (const run of rows.slice(0, 200)) {
    for (const name of Object.keys(run.metrics ?? {})) {
      names.add(`metric.${name}`);
    }
    for (const name of Object.keys(run.parameters ?? {})) {
      names.add(`param.${name}`);
    }
    for (const name of Object.keys(run.tags ?? {})) {
      names.add(`tag.${name}`);
    }
  }
  return [...names].sort().slice(0, MOST_OFFERED);
}
