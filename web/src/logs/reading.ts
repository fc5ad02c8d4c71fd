/** Reads ranges of a step's log, follows it while it grows, and looks through all of it for a text. */
import { address, ask } from "@/api/client";
import { follow } from "@/api/sse";
import { plain } from "./ansi";

export interface LogOf {
  runId: string;
  task: string;
  attempt: number;
}

export interface LogRange {
  offset: number;
  bytes: Uint8Array;
  /** Just behind the last byte. */
  end: number;
  /** Whether nothing more will be written. */
  complete: boolean;
}

export const RANGE = 128 << 10;
const SCAN = 4 << 20;
/** What may stand between the letters of a text: colours and the like. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what is looked for
const COLOURS = /\u001b\[[0-?]*[ -/]*[@-~]/g;

const pathOf = ({ runId }: LogOf): string => `/runs/${encodeURIComponent(runId)}/logs`;

export async function readRange(
  of: LogOf,
  offset: number,
  limit: number,
  signal?: AbortSignal,
): Promise<LogRange> {
  const { task, attempt } = of;
  const response = await ask(address(pathOf(of), { task, attempt, offset, limit }), { signal });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const start = Number(response.headers.get("X-Log-Offset") ?? Math.max(0, offset));
  return {
    offset: start,
    bytes,
    end: start + bytes.length,
    complete: /^(1|true)$/i.test(response.headers.get("X-Log-Complete") ?? "true"),
  };
}

interface Follower {
  take: (offset: number, bytes: Uint8Array) => void;
  end: () => void;
}

const encoder = new TextEncoder();

/** Follow the log from a place on; the returned function stops it. */
export function followLog(of: LogOf, from: number, { take, end }: Follower): () => void {
  const { task, attempt } = of;
  return follow({
    address: (lastId) => address(`${pathOf(of)}/stream`, { task, attempt, offset: lastId || from }),
    take: ({ event, data }) => {
      if (event === "message" || event === "text" || event === "log") {
        const { text, offset } = JSON.parse(data) as { text: string; offset: number };
        take(offset, encoder.encode(text));
      }
    },
    over: ({ event }) => {
      if (event === "end") {
        end();
      }
      return event === "end";
    },
  });
}

export function downloadAddress({ runId, task, attempt }: LogOf): string {
  return address(`/runs/${encodeURIComponent(runId)}/logs`, { task, attempt, download: 1 });
}

/** Return the place of the line that holds the text, at or after a place; null when there is none. */
export async function findForward(
  of: LogOf,
  wanted: string,
  from: number,
  size: number,
  signal: AbortSignal,
  progress: (at: number, end: number) => void,
): Promise<number | null> {
  const low = wanted.toLowerCase();
  const decoder = new TextDecoder();
  let at = from;
  for (;;) {
    const range = await readRange(of, at, SCAN, signal);
    const last = range.bytes.lastIndexOf(10);
    const atEnd = range.end >= size || range.bytes.length === 0;
    const whole = atEnd || last < 0 ? range.bytes.length : last + 1;
    const text = decoder.decode(range.bytes.subarray(0, whole));
    if (text.replace(COLOURS, "").toLowerCase().includes(low)) {
      const found = placeOf(text, low);
      if (found !== null) {
        return range.offset + found;
      }
    }
    at = range.offset + whole;
    progress(at, size);
    if (atEnd || whole === 0) {
      return null;
    }
  }
}

/** Where the first line that shows the text begins, in bytes. */
function placeOf(text: string, low: string): number | null {
  let before = 0;
  for (const line of text.split("\n")) {
    if (plain(line).toLowerCase().includes(low)) {
      return before;
    }
    before += encoder.encode(line).length + 1;
  }
  return null;
}
