import { expect, test } from "vitest";
import {
  builtFrom,
  cronOf,
  firstSchedule,
  localText,
  type Schedule,
  scheduleOf,
  secondsOf,
  triggerOf,
} from "../src/pages/recurring/schedule.ts";
import { standing } from "../src/pages/recurring/standing.ts";

const of = (to: Partial<Schedule>): Schedule => ({ ...firstSchedule("Europe/Paris"), ...to });

const builds: [string, Partial<Schedule>, string][] = [
  ["each hour", { repeat: "hour", minute: "15" }, "0 15 * * * *"],
  ["each day", { repeat: "day", time: "07:05" }, "0 5 7 * * *"],
  ["on weekdays", { repeat: "week", time: "09:30", weekdays: [3, 1] }, "0 30 9 ? * 1,3"],
  ["on Sunday", { repeat: "week", time: "00:00", weekdays: [0] }, "0 0 0 ? * 0"],
  ["each month", { repeat: "month", time: "23:59", day: "31" }, "0 59 23 31 * ?"],
];

test.each(builds)("%s becomes six fields, the first of them seconds", (_, chosen, cron) => {
  expect(cronOf(of(chosen))).toBe(cron);
});

test.each(builds)("%s is found again in its expression", (_, chosen, cron) => {
  const { weekdays, ...rest } = chosen;
  const sorted = weekdays && { weekdays: [...weekdays].sort() };
  expect(builtFrom(cron)).toEqual({ ...rest, ...sorted });
});

test.each([
  "0 12 * * *",
  "*/10 * * * * *",
  "0 */5 * * * *",
  "0 0 9 1 * 1",
  "0 0 9 * 6 ?",
  "@daily",
  "@every 90m",
  "0 0 24 * * *",
  "0 60 * * * *",
  "0 0 9 32 * ?",
  "0 0 9 ? * MON",
  "",
])("%s is left to be written by hand", (cron) => {
  expect(builtFrom(cron)).toBeNull();
  expect(scheduleOf({ cron: cron || "0 0 9 ? * MON" }).kind).toBe("expression");
});

test.each([
  [60, "1", "minutes"],
  [5400, "90", "minutes"],
  [7200, "2", "hours"],
  [86_400, "1", "days"],
  [1_209_600, "2", "weeks"],
])("an interval of %d s is %s %s", (interval_s, every, unit) => {
  const schedule = scheduleOf({ interval_s });
  expect(schedule).toMatchObject({ kind: "interval", every, unit });
  expect(triggerOf(schedule)).toEqual({ trigger: { interval_s } });
});

test("a trigger that is only opened and saved stays what it is", () => {
  for (const trigger of [
    { cron: "0 30 9 ? * 1,3", time_zone: "Europe/Paris" },
    { cron: "0 12 * * *", time_zone: "UTC" },
    { interval_s: 3600, start_at: 1_800_000_000, end_at: 1_900_000_020 },
    { cron: "@daily", time_zone: "UTC", end_at: 1_900_000_007 },
    {},
  ]) {
    expect(triggerOf(scheduleOf(trigger))).toEqual({ trigger });
  }
});

test.each([
  ["no number", { kind: "interval", every: "" }, "every"],
  ["a part of one", { kind: "interval", every: "1.5" }, "every"],
  ["none at all", { kind: "interval", every: "0" }, "every"],
  ["no day", { repeat: "week", weekdays: [] }, "weekdays"],
  ["no expression", { kind: "expression", expression: "  " }, "expression"],
  [
    "an end before the beginning",
    { startAt: "2030-01-02T00:00", endAt: "2030-01-01T00:00" },
    "endAt",
  ],
] as [string, Partial<Schedule>, string][])("%s is a problem", (_, to, field) => {
  const read = triggerOf(of(to));
  expect("problems" in read && Object.keys(read.problems)).toEqual([field]);
});

test("a moment in the browser's time zone and back", () => {
  const text = "2026-07-01T08:30";
  expect(localText(secondsOf(text))).toBe(text);
  expect(secondsOf("")).toBeNull();
  expect(secondsOf("soon")).toBeNull();
  expect(localText(null)).toBe("");
});

test.each([
  ["on", { next_tick_at: 5 }],
  ["over", {}],
  ["off", { enabled: false, error: "x", next_tick_at: 5 }],
  ["error", { error: "no version", next_tick_at: 5 }],
])("it stands as %s", (expected, fields) => {
  const of = {
    id: "",
    namespace: "",
    experiment: "",
    display_name: "",
    created_at: 0,
    trigger: {},
  };
  expect(standing({ ...of, ...fields })).toBe(expected);
});
