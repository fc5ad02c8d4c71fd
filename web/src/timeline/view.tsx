/** The steps of a run as bars over time: what waited, what was prepared, what ran. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { visible } from "@/format/safety";
import { duration } from "@/format/times";
import { text } from "@/text/en";
import { StateIcon } from "@/ui/state";
import { Empty } from "@/ui/states";
import { type Lane, type Phase, type Scale, type Span, scaleOf, ticks } from "./spans";

const words = text.timeline;
const ROW = 30;

/** Each phase has a colour and, for those who see no colours, a height of its own. */
const looks: Record<Phase, string> = {
  waiting: "h-1 bg-line-strong",
  environment: "h-2.5 bg-stop",
  staging: "h-2.5 bg-wait",
  running: "h-4 bg-run",
  overhead: "h-1.5 bg-reuse",
};
const phases = Object.keys(looks) as Phase[];

interface Props {
  lanes: readonly Lane[];
  selected?: string;
  onOpen: (path: string) => void;
}

export function Timeline({ lanes, selected, onOpen }: Props) {
  const view = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lanes.length,
    getScrollElement: () => view.current,
    estimateSize: () => ROW,
    overscan: 10,
  });
  if (lanes.length === 0) {
    return <Empty title={words.empty} />;
  }
  const scale = scaleOf(lanes);
  return (
    <div className="flex h-full flex-col">
      <Legend />
      <div
        ref={view}
        role="region"
        aria-label={words.label}
        tabIndex={0}
        className="min-h-0 grow overflow-auto"
      >
        <Axis scale={scale} />
        <ul className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const lane = lanes[item.index];
            return lane ? (
              <li
                key={lane.path}
                className={`absolute inset-x-0 ${selected === lane.path ? "bg-accent-soft" : "hover:bg-sunken"}`}
                style={{ height: ROW, top: item.start }}
              >
                <LaneRow lane={lane} scale={scale} onOpen={onOpen} />
              </li>
            ) : null;
          })}
        </ul>
      </div>
    </div>
  );
}

function Legend() {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 border-b border-line px-4 py-2 text-xs text-muted">
      {phases.map((phase) => (
        <li key={phase} className="flex items-center gap-1.5">
          <span aria-hidden className={`w-4 rounded-xs ${looks[phase]}`} />
          {words[phase]}
        </li>
      ))}
    </ul>
  );
}

const names = "w-36 shrink-0 sm:w-56";

function Axis({ scale }: { scale: Scale }) {
  const length = scale.to - scale.from;
  return (
    <div className="sticky top-0 z-10 flex h-7 border-b border-line bg-panel">
      <span className={names} />
      <span className="relative mr-4 grow">
        {ticks(scale, 8).map((at) => (
          <span
            key={at}
            className="absolute top-1.5 border-l border-line pl-1 text-2xs whitespace-nowrap text-muted"
            style={{ left: `${(100 * at) / length}%` }}
          >
            {at === 0 ? "0" : duration(at)}
          </span>
        ))}
      </span>
    </div>
  );
}

interface LaneRowProps {
  lane: Lane;
  scale: Scale;
  onOpen: (path: string) => void;
}

function LaneRow({ lane, scale, onOpen }: LaneRowProps) {
  const told = lane.spans
    .map((span) => `${words[span.phase]} ${duration(span.to - span.from)}`)
    .join(", ");
  return (
    <button
      type="button"
      title={`${visible(lane.path)}\n${told}`}
      aria-label={`${visible(lane.path)}: ${told}`}
      onClick={() => onOpen(lane.path)}
      className="flex h-full w-full items-center text-left -outline-offset-2"
    >
      <span className={`${names} flex items-center gap-1.5 truncate pr-2 pl-4 text-xs`}>
        <StateIcon state={lane.state} size={13} />
        <span className="truncate">{visible(lane.path)}</span>
      </span>
      <span className="relative mr-4 h-full grow">
        {lane.spans.map((span) => (
          <Bar
            key={`${span.phase}-${span.attempt}-${span.from}`}
            span={span}
            scale={scale}
            failed={lane.state === "failed"}
          />
        ))}
      </span>
    </button>
  );
}

function Bar({ span, scale, failed }: { span: Span; scale: Scale; failed: boolean }) {
  const length = scale.to - scale.from;
  const colour = failed && span.phase === "running" ? "h-4 bg-bad" : looks[span.phase];
  return (
    <span
      className={`absolute top-1/2 -translate-y-1/2 rounded-xs ${colour}`}
      style={{
        left: `${(100 * (span.from - scale.from)) / length}%`,
        width: `max(2px, ${(100 * (span.to - span.from)) / length}%)`,
      }}
    />
  );
}
