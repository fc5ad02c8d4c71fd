/**
 * A window of a log: lines around one place of a file that may be a gigabyte. Pure.
 *
 * Bytes are put on at either end and dropped at the other, so that memory stays bounded; lines know
 * their place in the file. A line that begins before the window is not shown until its beginning is
 * there.
 */

export interface LogLine {
  /** Of its first byte in the file; its identity. */
  offset: number;
  text: string;
}

/** The most bytes that are kept. */
export const MOST_BYTES = 4 << 20;
const LINE_FEED = 10;
const decoder = new TextDecoder();

export class LogWindow {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly LogLine[];
  private readonly bytes: Uint8Array;

  private constructor(start: number, bytes: Uint8Array, lines: readonly LogLine[]) {
    this.start = start;
    this.bytes = bytes;
    this.end = start + bytes.length;
    this.lines = lines;
  }

  static at(start: number, bytes: Uint8Array = new Uint8Array()): LogWindow {
    return new LogWindow(start, bytes, split(bytes, start, start === 0));
  }

  /** Return the window with what follows it; the beginning goes when it grows too large. */
  append(offset: number, more: Uint8Array): LogWindow {
    const fresh = more.subarray(Math.max(0, this.end - offset));
    if (offset > this.end || fresh.length === 0) {
      return this;
    }
    const all = joined(this.bytes, fresh);
    const cut = all.length > MOST_BYTES ? afterLine(all, all.length - MOST_BYTES / 2) : 0;
    const start = this.start + cut;
    const wholeLines = start === 0 || cut > 0 || this.beginsWithLine();
    return new LogWindow(start, all.subarray(cut), this.extended(all, cut, wholeLines));
  }

  /** Return the window with what is before it; the end goes when it grows too large. */
  prepend(offset: number, before: Uint8Array): LogWindow {
    const fresh = before.subarray(0, Math.max(0, this.start - offset));
    if (fresh.length === 0 || offset + fresh.length < this.start) {
      return this;
    }
    const all = joined(fresh, this.bytes);
    const kept = all.length > MOST_BYTES ? all.subarray(0, MOST_BYTES / 2) : all;
    return LogWindow.at(offset, kept);
  }

  private beginsWithLine(): boolean {
    return this.lines[0]?.offset === this.start;
  }

  private extended(all: Uint8Array, cut: number, wholeLines: boolean): readonly LogLine[] {
    const last = this.lines.at(-1);
    if (cut > 0 || !last) {
      return split(all.subarray(cut), this.start + cut, wholeLines);
    }
    const tail = split(all.subarray(last.offset - this.start), last.offset, true);
    return [...this.lines.slice(0, -1), ...tail];
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const all = new Uint8Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}

function afterLine(bytes: Uint8Array, from: number): number {
  const at = bytes.indexOf(LINE_FEED, from);
  return at < 0 ? from : at + 1;
}

/** Lines of the bytes; the first is left out unless the bytes begin with it. */
function split(bytes: Uint8Array, start: number, wholeLines: boolean): LogLine[] {
  const lines: LogLine[] = [];
  let from = wholeLines ? 0 : afterLine(bytes, 0);
  if (!wholeLines && !bytes.includes(LINE_FEED)) {
    from = 0; // one line that is longer than the window
  }
  while (from < bytes.length) {
    const at = bytes.indexOf(LINE_FEED, from);
    const to = at < 0 ? bytes.length : at;
    lines.push({ offset: start + from, text: decoder.decode(bytes.subarray(from, to)) });
    from = to + 1;
  }
  return lines;
}

/** Return the lines that hold a text, by their places, without regard to case. */
export function matches(
  lines: readonly LogLine[],
  wanted: string,
  plain: (line: string) => string,
): number[] {
  const low = wanted.toLowerCase();
  return lines.flatMap((line, index) =>
    plain(line.text).toLowerCase().includes(low) ? [index] : [],
  );
}
