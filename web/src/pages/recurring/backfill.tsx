/** Make the runs of times in the past: see which they are first. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/api/client";
import type { BackfillSlot } from "@/api/places";
import type { RecurringRun } from "@/api/types";
import { moment } from "@/format/times";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/fields";
import { Failed } from "@/ui/states";
import { tell } from "@/ui/toast";
import { browserZone, localText, secondsOf } from "./schedule";

const words = placeText.recurring;
const DAY_S = 86_400;

interface Asked {
  begin: number;
  end: number;
  most: number;
}

export function Backfill({ of, onClose }: { of: RecurringRun; onClose: () => void }) {
  const now = Math.floor(Date.now() / 60_000) * 60;
  const [from, setFrom] = useState(localText(now - 7 * DAY_S));
  const [until, setUntil] = useState(localText(now));
  const [most, setMost] = useState("100");
  const cache = useQueryClient();
  const send = (asked: Asked, plan: boolean) =>
    post<{ items: BackfillSlot[] }>(`/recurring-runs/${encodeURIComponent(of.id)}/backfill`, {
      ...asked,
      plan,
    });
  const plan = useMutation({ mutationFn: (asked: Asked) => send(asked, true) });
  const go = useMutation({
    mutationFn: (asked: Asked) => send(asked, false),
    onSuccess: ({ items }) => {
      tell(words.backfillDone(items.filter((one) => !one.exists).length));
      void cache.invalidateQueries({ queryKey: ["runs"] });
      onClose();
    },
  });
  const begin = secondsOf(from);
  const end = secondsOf(until);
  const asked =
    begin !== null && end !== null && begin <= end && /^[1-9]\d{0,3}$/.test(most)
      ? { begin, end, most: Number(most) }
      : null;
  const slots = plan.data?.items;
  const wanted = slots?.filter((one) => !one.exists).length ?? 0;
  const failure = plan.error ?? go.error;
  const change = (set: (to: string) => void) => (to: string) => {
    set(to);
    plan.reset();
  };
  return (
    <Dialog
      title={words.backfillTitle}
      wide
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button
            tone={slots ? "plain" : "primary"}
            disabled={!asked || plan.isPending}
            onClick={() => asked && plan.mutate(asked)}
          >
            {words.backfillPlan}
          </Button>
          {wanted > 0 && (
            <Button
              tone="primary"
              disabled={!asked || go.isPending}
              onClick={() => asked && go.mutate(asked)}
            >
              {words.backfillGo(wanted)}
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="text-muted">{words.backfillHint}</p>
        <div className="grid gap-3 sm:grid-cols-3">
          <TextField
            label={words.from}
            type="datetime-local"
            value={from}
            onChange={change(setFrom)}
          />
          <TextField
            label={words.until}
            type="datetime-local"
            value={until}
            onChange={change(setUntil)}
          />
          <TextField
            label={words.most}
            help={words.mostHelp}
            type="number"
            min={1}
            max={1000}
            value={most}
            onChange={change(setMost)}
          />
        </div>
        <p className="text-xs text-muted">{words.localTimes(browserZone())}</p>
        {failure && <Failed error={failure} />}
        {slots && <Slots of={slots} />}
      </div>
    </Dialog>
  );
}

function Slots({ of }: { of: readonly BackfillSlot[] }) {
  return (
    <ol
      aria-label={words.nextTimes}
      tabIndex={0}
      className="max-h-64 overflow-auto rounded-md border border-line"
    >
      {of.map((slot) => (
        <li
          key={slot.run_id}
          className="flex justify-between gap-3 border-b border-line px-3 py-1 last:border-b-0"
        >
          <span className="tabular-nums">{moment(slot.at)}</span>
          <span className={slot.exists ? "text-muted" : "text-ok"}>
            {slot.exists ? words.backfillExists : words.backfillNew}
          </span>
        </li>
      ))}
    </ol>
  );
}
