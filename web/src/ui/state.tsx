/** A state as a mark with a shape of its own, a colour and a word. */
import {
  Ban,
  Check,
  CircleDashed,
  CircleSlash,
  LoaderCircle,
  Recycle,
  TriangleAlert,
} from "lucide-react";
import { text } from "@/text/en";
import { type Shown, shown } from "./shown";

interface Look {
  icon: typeof Check;
  ink: string;
  soft: string;
  fill: string;
}

export const looks: Record<Shown, Look> = {
  pending: { icon: CircleDashed, ink: "text-wait", soft: "bg-wait-soft", fill: "bg-wait" },
  running: { icon: LoaderCircle, ink: "text-run", soft: "bg-run-soft", fill: "bg-run" },
  succeeded: { icon: Check, ink: "text-ok", soft: "bg-ok-soft", fill: "bg-ok" },
  cached: { icon: Recycle, ink: "text-reuse", soft: "bg-reuse-soft", fill: "bg-reuse" },
  failed: { icon: TriangleAlert, ink: "text-bad", soft: "bg-bad-soft", fill: "bg-bad" },
  skipped: { icon: CircleSlash, ink: "text-stop", soft: "bg-stop-soft", fill: "bg-stop" },
  canceling: { icon: Ban, ink: "text-stop", soft: "bg-stop-soft", fill: "bg-stop" },
  canceled: { icon: Ban, ink: "text-stop", soft: "bg-stop-soft", fill: "bg-stop" },
};

export { type Shown, shown };

export function StateIcon({ state, size = 14 }: { state: Shown; size?: number }) {
  const { icon: Icon, ink } = looks[state];
  const turning = state === "running" ? "turning" : "";
  return (
    <Icon aria-hidden size={size} strokeWidth={2.25} className={`shrink-0 ${ink} ${turning}`} />
  );
}

export function StateBadge({ state }: { state: Shown }) {
  const { ink, soft } = looks[state];
  return (
    <span
      className={`inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap ${soft} ${ink}`}
    >
      <StateIcon state={state} size={12} />
      {text.states[state]}
    </span>
  );
}
