/** Times and durations as people read them; seconds in, text out. */
import { text } from "@/text/en";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** A length of time, with two units at most: `1 m 30 s`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) {
    return text.none;
  }
  if (seconds < 0.01) {
    return "< 10 ms";
  }
  if (seconds < 1) {
    return `${Math.round(seconds * 1000)} ms`;
  }
  if (seconds < 10) {
    return `${(Math.floor(seconds * 10) / 10).toFixed(1)} s`;
  }
  if (seconds < MINUTE) {
    return `${Math.floor(seconds)} s`;
  }
  if (seconds < HOUR) {
    return `${Math.floor(seconds / MINUTE)} m ${pad(Math.floor(seconds % MINUTE))} s`;
  }
  if (seconds < DAY) {
    return `${Math.floor(seconds / HOUR)} h ${pad(Math.floor((seconds % HOUR) / MINUTE))} m`;
  }
  return `${Math.floor(seconds / DAY)} d ${pad(Math.floor((seconds % DAY) / HOUR))} h`;
}

const pad = (value: number): string => String(value).padStart(2, "0");

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

/** How long ago, or in how long: `3 min. ago`. */
export function ago(at: number, now: number): string {
  const seconds = at - now;
  const size = Math.abs(seconds);
  if (size < 5) {
    return text.now;
  }
  if (size < MINUTE) {
    return relative.format(Math.round(seconds), "second");
  }
  if (size < HOUR) {
    return relative.format(Math.round(seconds / MINUTE), "minute");
  }
  if (size < DAY) {
    return relative.format(Math.round(seconds / HOUR), "hour");
  }
  return relative.format(Math.round(seconds / DAY), "day");
}

const full = new Intl.DateTimeFormat("en-GB", {
  year: "numeric",
  month: "short",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});
const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

export const moment = (at: number): string => full.format(at * 1000);
export const timeOfDay = (at: number): string => clock.format(at * 1000);
export const iso = (at: number): string => new Date(at * 1000).toISOString();
