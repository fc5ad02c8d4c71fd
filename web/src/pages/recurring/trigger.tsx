/** How a recurring run stands and when it fires, in few words. */
import { useQuery } from "@tanstack/react-query";
import { schedulePreview } from "@/api/places";
import type { RecurringRun, Trigger } from "@/api/types";
import { visible } from "@/format/safety";
import { placeText } from "@/text/en-places";
import { Badge, type BadgeTone } from "@/ui/page-parts";
import { standing } from "./standing";

const words = placeText.recurring;
const tones: Record<ReturnType<typeof standing>, BadgeTone> = {
  on: "ok",
  off: "stop",
  over: "stop",
  error: "bad",
};

export function StandingBadge({ of }: { of: RecurringRun }) {
  const state = standing(of);
  return <Badge tone={tones[state]}>{words.states[state]}</Badge>;
}

/** The trigger as a sentence; as it is written until the server has said it. */
export function TriggerWords({ of }: { of: Trigger }) {
  const { data } = useQuery({ ...schedulePreview(of), staleTime: Number.POSITIVE_INFINITY });
  const sentence = data?.sentence ?? of.cron ?? "";
  return <span title={visible(of.cron ?? sentence)}>{visible(sentence)}</span>;
}
