/** The head of a run: its name and state, why it failed, and what can be done with it. */
import { useNavigate } from "@tanstack/react-router";
import {
  Archive,
  ArchiveRestore,
  CopyPlus,
  Ellipsis,
  RotateCcw,
  Square,
  StepForward,
  Trash2,
} from "lucide-react";
import { useState } from "react";
import type { RunDetail } from "@/api/types";
import { visible } from "@/format/safety";
import { text } from "@/text/en";
import { Button, ButtonLink, IconButton } from "@/ui/button";
import { Ago, Elapsed } from "@/ui/clock";
import { Confirm } from "@/ui/dialog";
import { Menu, MenuItem, MenuLine } from "@/ui/menu";
import { StateBadge } from "@/ui/state";
import { type Action, useRunAction } from "../runs/actions";
import { Rerun } from "./rerun";
import { firstFailure } from "./tree";

const words = text.runs;

interface Props {
  detail: RunDetail;
  onOpen: (path: string, panel?: string) => void;
}

export function RunHead({ detail, onOpen }: Props) {
  const { run } = detail;
  const going = run.state === "running" || run.state === "pending" || run.state === "canceling";
  const failed = firstFailure(detail.tasks);
  return (
    <header className="px-4 pt-3 pb-1">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1
          className="max-w-full min-w-0 truncate text-lg font-semibold tracking-tight"
          title={visible(run.display_name)}
        >
          {visible(run.display_name || run.run_id)}
        </h1>
        <StateBadge state={run.state} />
        <span className="text-muted">
          <Elapsed from={run.started_at} to={run.finished_at} going={going} />
        </span>
        <span className="grow" />
        <Actions detail={detail} going={going} />
      </div>
      <p className="mt-0.5 flex flex-wrap gap-x-3 text-xs text-muted">
        <span>{visible(run.pipeline)}</span>
        {run.submitted_by && <span>{visible(run.submitted_by)}</span>}
        <Ago at={run.created_at} />
      </p>
      {run.error && (
        <p className="mt-1.5 mb-1 flex flex-wrap items-center gap-2 rounded-md bg-bad-soft px-2.5 py-1.5 text-bad">
          <span className="min-w-0 break-words">{visible(run.error)}</span>
          {failed && (
            <button
              type="button"
              className="rounded font-medium underline"
              onClick={() => onOpen(failed.path, "overview")}
            >
              {text.run.failedStep(visible(failed.display_name || failed.name))}
            </button>
          )}
        </p>
      )}
    </header>
  );
}

function Actions({ detail, going }: { detail: RunDetail; going: boolean }) {
  const { run } = detail;
  const navigate = useNavigate();
  const [asking, setAsking] = useState<"terminate" | "delete" | "rerun" | null>(null);
  const act = useRunAction((action) => {
    if (action === "delete") {
      void navigate({ to: "/runs" });
    }
  });
  const doIt = (action: Action) => act.mutate({ action, runIds: [run.run_id] });
  const close = () => setAsking(null);
  return (
    <div className="flex gap-1.5">
      {going && (
        <Button disabled={run.state === "canceling"} onClick={() => setAsking("terminate")}>
          <Square aria-hidden size={13} />
          {words.terminate}
        </Button>
      )}
      {run.state === "failed" && (
        <Button tone="primary" disabled={act.isPending} onClick={() => doIt("retry")}>
          <RotateCcw aria-hidden size={13} />
          {words.retry}
        </Button>
      )}
      <Button onClick={() => setAsking("rerun")}>
        <StepForward aria-hidden size={13} />
        {words.rerun}
      </Button>
      <ButtonLink to="/start" search={{ clone: run.run_id }}>
        <CopyPlus aria-hidden size={13} />
        {words.clone}
      </ButtonLink>
      <Menu
        trigger={
          <IconButton label={text.more}>
            <Ellipsis aria-hidden size={16} />
          </IconButton>
        }
      >
        {run.archived ? (
          <MenuItem onSelect={() => doIt("restore")}>
            <ArchiveRestore aria-hidden size={14} />
            {words.restore}
          </MenuItem>
        ) : (
          <MenuItem onSelect={() => doIt("archive")}>
            <Archive aria-hidden size={14} />
            {words.archive}
          </MenuItem>
        )}
        <MenuLine />
        <MenuItem danger disabled={going} onSelect={() => setAsking("delete")}>
          <Trash2 aria-hidden size={14} />
          {words.remove}
        </MenuItem>
      </Menu>
      {asking === "terminate" && (
        <Confirm
          title={words.confirmTerminate(1)}
          hint={words.confirmTerminateHint}
          action={words.terminate}
          onConfirm={() => doIt("terminate")}
          onClose={close}
        />
      )}
      {asking === "delete" && (
        <Confirm
          title={words.confirmRemove(1)}
          hint={words.confirmRemoveHint}
          action={words.remove}
          onConfirm={() => doIt("delete")}
          onClose={close}
        />
      )}
      {asking === "rerun" && <Rerun detail={detail} onClose={close} />}
    </div>
  );
}
