/** The window of a log that is shown, moved by reading further and kept growing while it is written. */
import { useCallback, useEffect, useRef, useState } from "react";
import { LogWindow } from "./buffer";
import { followLog, type LogOf, type LogRange, RANGE, readRange } from "./reading";

export interface ShownLog {
  window: LogWindow;
  /** Size of what is written so far. */
  size: number;
  complete: boolean;
  loading: boolean;
  error: unknown;
  earlier: () => void;
  later: () => void;
  jump: (offset: number) => Promise<void>;
}

export function useLog({ runId, task, attempt }: LogOf): ShownLog {
  const [window, setWindow] = useState(() => LogWindow.at(0));
  const [size, setSize] = useState(0);
  const [complete, setComplete] = useState(false);
  const [loading, setLoading] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const busy = useRef(false);

  useEffect(() => {
    const of = { runId, task, attempt };
    const stop = new AbortController();
    let unfollow = () => {};
    setLoading(true);
    setError(null);
    setComplete(false);
    setWindow(LogWindow.at(0));
    readRange(of, -RANGE, RANGE, stop.signal)
      .then((range) => {
        setWindow(LogWindow.at(range.offset, range.bytes));
        setSize(range.end);
        setComplete(range.complete);
        if (!range.complete) {
          unfollow = followLog(of, range.offset + range.bytes.length, {
            take: (offset, bytes) => {
              setSize((before) => Math.max(before, offset + bytes.length));
              setWindow((before) => before.append(offset, bytes));
            },
            end: () => setComplete(true),
          });
        }
      })
      .catch((caught) => !stop.signal.aborted && setError(caught))
      .finally(() => !stop.signal.aborted && setLoading(false));
    return () => {
      stop.abort();
      unfollow();
    };
  }, [runId, task, attempt]);

  const read = useCallback(
    async (offset: number, limit: number, take: (range: LogRange) => void) => {
      if (busy.current) {
        return;
      }
      busy.current = true;
      try {
        const range = await readRange({ runId, task, attempt }, offset, limit);
        setSize((before) => Math.max(before, range.end));
        take(range);
      } catch (caught) {
        setError(caught);
      } finally {
        busy.current = false;
      }
    },
    [runId, task, attempt],
  );
  const { start, end } = window;
  const earlier = useCallback(() => {
    if (start > 0) {
      const from = Math.max(0, start - RANGE);
      void read(from, start - from, ({ offset, bytes }) =>
        setWindow((before) => before.prepend(offset, bytes)),
      );
    }
  }, [start, read]);
  const later = useCallback(() => {
    if (end < size) {
      void read(end, RANGE, ({ offset, bytes }) =>
        setWindow((before) => before.append(offset, bytes)),
      );
    }
  }, [end, size, read]);
  const jump = useCallback(
    (offset: number) =>
      read(offset, RANGE, (range) => setWindow(LogWindow.at(range.offset, range.bytes))),
    [read],
  );
  return { window, size, complete, loading, error, earlier, later, jump };
}
