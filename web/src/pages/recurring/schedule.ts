/** A schedule as it is put together in the form, and the trigger that it means; pure. */
import type { Trigger } from "@/api/types";
import { placeText } from "@/text/en-places";

const words = placeText.recurring.problems;

export const KINDS = ["builder", "interval", "expression", "once"] as const;
export const REPEATS = ["hour", "day", "week", "month"] as const;
export const UNITS = { minutes: 60, hours: 3600, days: 86_400, weeks: 604_800 } as const;

export type Kind = (typeof KINDS)[number];
export type Repeat = (typeof REPEATS)[number];
export type Unit = keyof typeof UNITS;

/** What is chosen in the form; numbers and times as they are typed. */
export interface Schedule {
  kind: Kind;
  repeat: Repeat;
  minute: string;
  /** `HH:MM`. */
  time: string;
  day: string;
  /** 0 is Sunday. */
  weekdays: readonly number[];
  expression: string;
  every: string;
  unit: Unit;
  zone: string;
  /** `YYYY-MM-DDTHH:MM`, perhaps with seconds, in the browser's time zone; or nothing. */
  startAt: string;
  endAt: string;
}

export type Problems = { [field in keyof Schedule]?: string };

export function firstSchedule(zone: string): Schedule {
  return {
    kind: "builder",
    repeat: "day",
    minute: "0",
    time: "09:00",
    day: "1",
    weekdays: [1],
    expression: "",
    every: "1",
    unit: "hours",
    zone,
    startAt: "",
    endAt: "",
  };
}

/** Return the expression of six fields, the first of them seconds, that the choices mean. */
export function cronOf(schedule: Schedule): string {
  const [hour = 0, minute = 0] = schedule.time.split(":").map(Number);
  switch (schedule.repeat) {
    case "hour":
      return `0 ${Number(schedule.minute)} * * * *`;
    case "day":
      return `0 ${minute} ${hour} * * *`;
    case "week":
      return `0 ${minute} ${hour} ? * ${[...schedule.weekdays].sort().join(",")}`;
    case "month":
      return `0 ${minute} ${hour} ${Number(schedule.day)} * ?`;
  }
}

/** Return the choices that an expression means, or null when they cannot say it. */
export function builtFrom(expression: string): Partial<Schedule> | null {
  const [second, minute = "", hour = "", day = "", month, weekday = "", ...rest] = expression
    .trim()
    .split(/\s+/);
  if (second !== "0" || month !== "*" || rest.length > 0 || !within(minute, 0, 59)) {
    return null;
  }
  const open = (field: string) => field === "*" || field === "?";
  if (hour === "*") {
    return open(day) && open(weekday) ? { repeat: "hour", minute } : null;
  }
  if (!within(hour, 0, 23)) {
    return null;
  }
  const time = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  if (open(day) && open(weekday)) {
    return { repeat: "day", time };
  }
  const weekdays = weekday.split(",");
  if (open(day) && weekdays.every((one) => within(one, 0, 6))) {
    return { repeat: "week", time, weekdays: weekdays.map(Number) };
  }
  return open(weekday) && within(day, 1, 31) ? { repeat: "month", time, day } : null;
}

/** Return the choices that lead to a trigger. */
export function scheduleOf(trigger: Trigger): Schedule {
  const schedule: Schedule = {
    ...firstSchedule(trigger.time_zone || "UTC"),
    startAt: localText(trigger.start_at),
    endAt: localText(trigger.end_at),
  };
  if (trigger.cron) {
    const built = builtFrom(trigger.cron);
    return built
      ? { ...schedule, ...built, expression: trigger.cron }
      : { ...schedule, kind: "expression", expression: trigger.cron };
  }
  const seconds = trigger.interval_s;
  if (!seconds) {
    return { ...schedule, kind: "once" };
  }
  const unit = (Object.keys(UNITS) as Unit[]).reverse().find((one) => seconds % UNITS[one] === 0);
  return unit
    ? { ...schedule, kind: "interval", every: String(seconds / UNITS[unit]), unit }
    : { ...schedule, kind: "expression", expression: `@every ${seconds}s` };
}

/** Return the trigger, or what is wrong with the choices; the server has the last word. */
export function triggerOf(schedule: Schedule): { trigger: Trigger } | { problems: Problems } {
  const problems: Problems = {};
  const trigger: Trigger = {};
  if (schedule.kind === "interval") {
    if (/^\d{1,7}$/.test(schedule.every) && Number(schedule.every) >= 1) {
      trigger.interval_s = Number(schedule.every) * UNITS[schedule.unit];
    } else {
      problems.every = words.interval;
    }
  } else if (schedule.kind === "expression") {
    trigger.cron = schedule.expression.trim();
    if (!trigger.cron) {
      problems.expression = words.expression;
    }
  } else if (schedule.kind === "builder") {
    trigger.cron = cronOf(schedule);
    if (schedule.repeat === "week" && schedule.weekdays.length === 0) {
      problems.weekdays = words.weekdays;
    }
  }
  if (trigger.cron) {
    trigger.time_zone = schedule.zone || "UTC";
  }
  const start = secondsOf(schedule.startAt);
  const end = secondsOf(schedule.endAt);
  if (start !== null) {
    trigger.start_at = start;
  }
  if (end !== null) {
    trigger.end_at = end;
  }
  if (start !== null && end !== null && end < start) {
    problems.endAt = words.order;
  }
  return Object.keys(problems).length > 0 ? { problems } : { trigger };
}

/** Seconds since the epoch of a moment that was typed in the browser's time zone, or null. */
export function secondsOf(local: string): number | null {
  const time = local ? new Date(local).getTime() : Number.NaN;
  return Number.isFinite(time) ? time / 1000 : null;
}

/** A moment as the browser's field for it wants it, in its time zone. */
export function localText(at: number | null | undefined): string {
  if (at === null || at === undefined) {
    return "";
  }
  const time = new Date(at * 1000);
  const local = new Date(at * 1000 - time.getTimezoneOffset() * 60_000).toISOString();
  return local.slice(0, at % 60 === 0 ? 16 : 19);
}

export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

function within(text: string, least: number, most: number): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) >= least && Number(text) <= most;
}
