/** Change when a recurring run fires and what is said of it. */
import { useMemo, useState } from "react";
import { patch } from "@/api/client";
import type { RecurringRun } from "@/api/types";
import { text } from "@/text/en";
import { placeText } from "@/text/en-places";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Failed } from "@/ui/states";
import { type About, AboutFields, problemOfAbout } from "./about";
import { scheduleOf, triggerOf } from "./schedule";
import { Preview, ScheduleFields } from "./schedule-fields";

const words = placeText.recurring;

export function EditSchedule({ of, onClose }: { of: RecurringRun; onClose: () => void }) {
  const [schedule, setSchedule] = useState(() => scheduleOf(of.trigger));
  const [about, setAbout] = useState<About>({
    name: of.display_name,
    description: of.description ?? "",
    experiment: of.experiment,
    concurrency: String(of.max_concurrency ?? 1),
    catchup: of.catchup ?? true,
  });
  const when = useMemo(() => triggerOf(schedule), [schedule]);
  const save = useAct({
    act: (body: Record<string, unknown>) =>
      patch<RecurringRun>(`/recurring-runs/${encodeURIComponent(of.id)}`, body),
    changes: ["recurring-run", "recurring-runs"],
    shows: true,
    done: placeText.saved,
    after: onClose,
  });
  const isGood = "trigger" in when && problemOfAbout(about) === null;
  return (
    <Dialog
      title={words.editTitle}
      wide
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button
            tone="primary"
            disabled={!isGood || save.isPending}
            onClick={() =>
              "trigger" in when &&
              save.mutate({
                trigger: when.trigger,
                display_name: about.name.trim(),
                description: about.description,
                max_concurrency: Number(about.concurrency),
                catchup: about.catchup,
              })
            }
          >
            {text.save}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        <ScheduleFields
          schedule={schedule}
          problems={"problems" in when ? when.problems : {}}
          onChange={(to) => setSchedule((before) => ({ ...before, ...to }))}
        />
        {"trigger" in when && <Preview trigger={when.trigger} />}
        <AboutFields
          about={about}
          checked
          fixedExperiment
          onChange={(to) => setAbout((before) => ({ ...before, ...to }))}
        />
        {save.isError && <Failed error={save.error} />}
      </div>
    </Dialog>
  );
}
