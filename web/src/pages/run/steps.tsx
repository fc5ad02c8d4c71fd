/** The steps of a run as a tree in a table; the same as the graph for those who read. */
import { useSearch } from "@tanstack/react-router";
import { ChevronDown, ChevronRight, Search } from "lucide-react";
import { useMemo, useState } from "react";
import type { RunDetail } from "@/api/types";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import { Button } from "@/ui/button";
import { Elapsed } from "@/ui/clock";
import { StateBadge, shown } from "@/ui/state";
import { Empty } from "@/ui/states";
import { type Column, Table } from "@/ui/table";
import { type TreeRow, treeRows } from "./tree";

const words = text.steps;

interface Props {
  detail: RunDetail;
  onOpen: (path: string) => void;
}

export function Steps({ detail, onOpen }: Props) {
  const { step } = useSearch({ from: "/runs/$runId" });
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [find, setFind] = useState("");
  const rows = useMemo(() => treeRows(detail.tasks, folded, find), [detail.tasks, folded, find]);
  const groups = detail.tasks.filter(
    (task) => task.kind !== "container" && task.kind !== "importer",
  );
  const flip = (path: string) => {
    const next = new Set(folded);
    if (!next.delete(path)) {
      next.add(path);
    }
    setFolded(next);
  };
  return (
    <div className="flex h-full flex-col">
      <div className="flex items-center gap-2 border-b border-line px-4 py-2">
        <label className="relative">
          <span className="sr-only">{words.search}</span>
          <Search aria-hidden size={13} className="absolute top-2 left-2 text-faint" />
          <input
            data-search
            type="search"
            className="control w-48 pl-7!"
            placeholder={words.search}
            value={find}
            onChange={(event) => setFind(event.target.value)}
          />
        </label>
        {groups.length > 0 && (
          <Button
            tone="ghost"
            onClick={() =>
              setFolded(folded.size > 0 ? new Set() : new Set(groups.map((one) => one.path)))
            }
          >
            {folded.size > 0 ? words.unfoldAll : words.foldAll}
          </Button>
        )}
      </div>
      <div className="min-h-0 grow">
        {rows.length === 0 ? (
          <Empty title={words.none} />
        ) : (
          <Table<TreeRow>
            label={words.tree}
            columns={columns(step, onOpen, flip)}
            rows={rows}
            rowKey={(row) => row.task.path}
            rowName={(row) => row.task.path}
            rowHeight={32}
          />
        )}
      </div>
    </div>
  );
}

function columns(
  step: string | undefined,
  onOpen: (path: string) => void,
  flip: (path: string) => void,
): Column<TreeRow>[] {
  return [
    {
      id: "name",
      title: words.name,
      width: 260,
      render: (row) => (
        <Name row={row} open={step === row.task.path} onOpen={onOpen} onFlip={flip} />
      ),
    },
    {
      id: "state",
      title: words.state,
      width: 120,
      render: ({ task }) => <StateBadge state={shown(task)} />,
    },
    {
      id: "duration",
      title: words.duration,
      width: 90,
      end: true,
      render: ({ task }) => (
        <Elapsed from={task.started_at} to={task.finished_at} going={task.state === "running"} />
      ),
    },
    {
      id: "attempts",
      title: words.attempts,
      width: 80,
      end: true,
      render: ({ task }) => task.attempts || text.none,
    },
    {
      id: "reason",
      title: words.reason,
      width: 300,
      render: ({ task }) => (
        <span title={visible(task.reason ?? "")}>{visible(task.reason ?? "")}</span>
      ),
    },
  ];
}

interface NameProps {
  row: TreeRow;
  open: boolean;
  onOpen: (path: string) => void;
  onFlip: (path: string) => void;
}

function Name({ row, open, onOpen, onFlip }: NameProps) {
  const { task, level, inside, folded } = row;
  const name = visible(task.display_name || task.name);
  const Icon = folded ? ChevronRight : ChevronDown;
  return (
    <span className="flex items-center gap-1" style={{ paddingLeft: level * 16 }}>
      {inside > 0 ? (
        <button
          type="button"
          aria-expanded={!folded}
          aria-label={folded ? words.unfold(name) : words.fold(name)}
          className="grid size-6 shrink-0 place-items-center rounded text-muted hover:bg-line"
          onClick={() => onFlip(task.path)}
        >
          <Icon aria-hidden size={14} />
        </button>
      ) : (
        <span aria-hidden className="w-6 shrink-0" />
      )}
      <button
        type="button"
        data-open
        aria-pressed={open}
        title={visible(task.path)}
        className={`truncate rounded text-left hover:underline ${open ? "font-semibold text-accent-ink" : ""}`}
        onClick={() => onOpen(task.path)}
      >
        {name}
      </button>
      {task.kind !== "container" && (
        <span className="text-2xs text-muted">{text.kinds[task.kind]}</span>
      )}
    </span>
  );
}
