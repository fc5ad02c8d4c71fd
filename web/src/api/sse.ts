/**
 * Server-sent events over fetch: any event name, the status of a refusal, and no lost place.
 *
 * EventSource hands over only the event names it is told of, and hides why it failed.
 */
import { ask } from "./client";

export interface ServerEvent {
  id: string;
  event: string;
  data: string;
}

/** Takes text as it arrives and gives the events that are complete. */
export class EventParser {
  private rest = "";
  private id = "";
  private event = "";
  private data: string[] = [];

  push(text: string): ServerEvent[] {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? "";
    const events: ServerEvent[] = [];
    for (const line of lines) {
      if (line === "") {
        this.end(events);
      } else {
        this.field(line);
      }
    }
    return events;
  }

  private end(events: ServerEvent[]): void {
    if (this.data.length > 0 || this.event) {
      events.push({ id: this.id, event: this.event || "message", data: this.data.join("\n") });
    }
    this.event = "";
    this.data = [];
  }

  private field(line: string): void {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") {
      this.data.push(value);
    } else if (name === "event") {
      this.event = value;
    } else if (name === "id") {
      this.id = value;
    }
  }
}

export interface Following {
  /** The address to begin at, and to come back to after the given id. */
  address: (lastId: string) => string;
  take: (event: ServerEvent) => void;
  /** Told when the connection stands, and when it is lost. */
  state?: (live: boolean, error?: unknown) => void;
  /** Return true when nothing more will come. */
  over?: (event: ServerEvent) => boolean;
}

const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 10_000;

/** Follow a stream, again after every loss, until it is over or the returned function is called. */
export function follow(what: Following): () => void {
  const stop = new AbortController();
  void keepFollowing(what, stop.signal);
  return () => stop.abort();
}

async function keepFollowing(what: Following, signal: AbortSignal): Promise<void> {
  let lastId = "";
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    let error: unknown;
    try {
      const over = await once(what, lastId, signal, (event) => {
        lastId = event.id || lastId;
        pause = FIRST_PAUSE_MS;
      });
      if (over) {
        return;
      }
    } catch (caught) {
      error = caught;
    }
    if (signal.aborted) {
      return;
    }
    what.state?.(false, error);
    await new Promise((done) => setTimeout(done, pause));
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

async function once(
  what: Following,
  lastId: string,
  signal: AbortSignal,
  seen: (event: ServerEvent) => void,
): Promise<boolean> {
  const headers: Record<string, string> = { Accept: "text/event-stream" };
  if (lastId) {
    headers["Last-Event-ID"] = lastId;
  }
  const response = await ask(what.address(lastId), { headers, signal });
  if (!response.body) {
    return false;
  }
  what.state?.(true);
  const parser = new EventParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return false;
    }
    for (const event of parser.push(value)) {
      seen(event);
      if (what.over?.(event)) {
        void reader.cancel();
        return true;
      }
      what.take(event);
    }
  }
}
