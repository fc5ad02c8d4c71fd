/** Times that stay right while one looks: how long ago, and how long something has been going on. */
import { useSyncExternalStore } from "react";
import { ago, duration, iso, moment } from "@/format/times";
import { text } from "@/text/en";

let now = Date.now() / 1000;
const listeners = new Set<() => void>();
let timer = 0;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ||= window.setInterval(() => {
    now = Date.now() / 1000;
    for (const one of listeners) {
      one();
    }
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = 0;
    }
  };
}

/** The time in seconds, anew each second while shown. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

export function Ago({ at }: { at: number | null | undefined }) {
  if (at === null || at === undefined) {
    return <span className="text-faint">{text.none}</span>;
  }
  return <Since at={at} />;
}

function Since({ at }: { at: number }) {
  const time = useNow();
  return (
    <time dateTime={iso(at)} title={moment(at)} className="whitespace-nowrap">
      {ago(at, time)}
    </time>
  );
}

interface ElapsedProps {
  from: number | null | undefined;
  to: number | null | undefined;
  /** Whether it is still going on, so that the end is now. */
  going: boolean;
}

export function Elapsed({ from, to, going }: ElapsedProps) {
  if (from === null || from === undefined) {
    return <span className="text-faint">{text.none}</span>;
  }
  if (to !== null && to !== undefined) {
    return <span className="whitespace-nowrap">{duration(to - from)}</span>;
  }
  return going ? <Growing from={from} /> : <span className="text-faint">{text.none}</span>;
}

function Growing({ from }: { from: number }) {
  const time = useNow();
  return <span className="whitespace-nowrap">{duration(Math.max(0, time - from))}</span>;
}
