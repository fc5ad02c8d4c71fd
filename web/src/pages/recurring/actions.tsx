/** What can be done with a recurring run. */
import { useNavigate } from "@tanstack/react-router";
import { CopyPlus, History, Pause, Pencil, Play, Trash2 } from "lucide-react";
import { useState } from "react";
import { post, remove } from "@/api/client";
import type { RecurringRun } from "@/api/types";
import { placeText } from "@/text/en-places";
import { useAct } from "@/ui/act";
import { Button, ButtonLink } from "@/ui/button";
import { Confirm } from "@/ui/dialog";
import { Backfill } from "./backfill";
import { EditSchedule } from "./edit";

const words = placeText.recurring;

export function RecurringActions({ of }: { of: RecurringRun }) {
  const navigate = useNavigate();
  const [asking, setAsking] = useState<"edit" | "backfill" | "remove" | null>(null);
  const isOn = of.enabled !== false;
  const path = `/recurring-runs/${encodeURIComponent(of.id)}`;
  const turn = useAct({
    act: () => post(`${path}/${isOn ? "disable" : "enable"}`),
    changes: ["recurring-run", "recurring-runs"],
    done: isOn ? words.disabled : words.enabled,
  });
  const drop = useAct({
    act: () => remove(path),
    changes: ["recurring-runs"],
    done: placeText.removed,
    after: () => void navigate({ to: "/recurring" }),
  });
  const close = () => setAsking(null);
  return (
    <div className="flex flex-wrap gap-1.5">
      <Button disabled={turn.isPending} onClick={() => turn.mutate()}>
        {isOn ? <Pause aria-hidden size={13} /> : <Play aria-hidden size={13} />}
        {isOn ? words.disable : words.enable}
      </Button>
      <Button onClick={() => setAsking("edit")}>
        <Pencil aria-hidden size={13} />
        {placeText.edit}
      </Button>
      <Button onClick={() => setAsking("backfill")}>
        <History aria-hidden size={13} />
        {words.backfill}
      </Button>
      {of.pipeline_id && (
        <ButtonLink to="/recurring/new" search={{ copy: of.id }}>
          <CopyPlus aria-hidden size={13} />
          {words.duplicate}
        </ButtonLink>
      )}
      <Button tone="danger" onClick={() => setAsking("remove")}>
        <Trash2 aria-hidden size={13} />
        {placeText.remove}
      </Button>
      {asking === "edit" && <EditSchedule of={of} onClose={close} />}
      {asking === "backfill" && <Backfill of={of} onClose={close} />}
      {asking === "remove" && (
        <Confirm
          title={words.confirmRemove}
          hint={words.confirmRemoveHint}
          action={placeText.remove}
          onConfirm={() => drop.mutate()}
          onClose={close}
        />
      )}
    </div>
  );
}
