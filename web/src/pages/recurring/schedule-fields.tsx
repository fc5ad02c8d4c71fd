/** The part of the form that says when: put together by hand, as an interval, or as an expression. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useId, useMemo } from "react";
import { schedulePreview } from "@/api/places";
import type { Trigger } from "@/api/types";
import { visible } from "@/format/safety";
import { placeText } from "@/text/en-places";
import { Ago } from "@/ui/clock";
import { ChoiceField, TextField } from "@/ui/fields";
import { Failed } from "@/ui/states";
import {
  browserZone,
  cronOf,
  KINDS,
  type Problems,
  REPEATS,
  type Schedule,
  UNITS,
  type Unit,
} from "./schedule";

const words = placeText.recurring;

interface Props {
  schedule: Schedule;
  problems: Problems;
  onChange: (to: Partial<Schedule>) => void;
}

export function ScheduleFields(props: Props) {
  const { schedule, onChange } = props;
  return (
    <div className="flex flex-col gap-4">
      <fieldset className="flex flex-wrap gap-x-4 gap-y-1.5">
        <legend className="mb-1 text-xs text-muted">{words.kindLabel}</legend>
        {KINDS.map((kind) => (
          <label key={kind} className="flex items-center gap-1.5">
            <input
              type="radio"
              name="kind"
              className="accent-accent"
              checked={schedule.kind === kind}
              onChange={() =>
                onChange(
                  kind === "expression" && schedule.kind === "builder"
                    ? { kind, expression: cronOf(schedule) }
                    : { kind },
                )
              }
            />
            {words.kinds[kind]}
          </label>
        ))}
      </fieldset>
      {schedule.kind === "builder" && <Builder {...props} />}
      {schedule.kind === "interval" && <Interval {...props} />}
      {schedule.kind === "expression" && <Expression {...props} />}
      {schedule.kind !== "once" && <Span {...props} />}
    </div>
  );
}

function Builder({ schedule, problems, onChange }: Props) {
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-3">
        <ChoiceField
          label={words.repeat}
          value={schedule.repeat}
          options={REPEATS.map((one) => [one, words.repeats[one]])}
          onChange={(repeat) => onChange({ repeat })}
          className="min-w-44"
        />
        {schedule.repeat === "month" && (
          <ChoiceField
            label={words.day}
            value={schedule.day}
            options={numbers(1, 31)}
            onChange={(day) => onChange({ day })}
          />
        )}
        {schedule.repeat === "hour" ? (
          <ChoiceField
            label={words.minute}
            value={schedule.minute}
            options={numbers(0, 59)}
            onChange={(minute) => onChange({ minute })}
          />
        ) : (
          <TextField
            label={words.time}
            type="time"
            required
            value={schedule.time}
            onChange={(time) => onChange({ time: time || "00:00" })}
          />
        )}
      </div>
      {schedule.repeat === "week" && (
        <Weekdays schedule={schedule} problems={problems} onChange={onChange} />
      )}
      <p className="text-xs text-muted">
        {words.asCron} <code className="text-ink">{cronOf(schedule)}</code>
      </p>
    </div>
  );
}

function Weekdays({ schedule, problems, onChange }: Props) {
  const chosen = new Set(schedule.weekdays);
  const id = useId();
  return (
    <fieldset aria-describedby={problems.weekdays ? id : undefined}>
      <legend className="mb-1 text-xs text-muted">{words.weekdays}</legend>
      <div className="flex flex-wrap gap-1">
        {[1, 2, 3, 4, 5, 6, 0].map((day) => (
          <label
            key={day}
            title={words.dayNames[day]}
            className="relative cursor-pointer rounded-md border border-line-strong px-2.5 py-1 has-checked:border-accent has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent-ink has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="checkbox"
              aria-label={words.dayNames[day]}
              className="absolute inset-0 cursor-pointer opacity-0"
              checked={chosen.has(day)}
              onChange={(event) => {
                const weekdays = schedule.weekdays.filter((one) => one !== day);
                onChange({ weekdays: event.target.checked ? [...weekdays, day] : weekdays });
              }}
            />
            {words.days[day]}
          </label>
        ))}
      </div>
      {problems.weekdays && (
        <p id={id} className="mt-1 text-xs text-bad">
          {problems.weekdays}
        </p>
      )}
    </fieldset>
  );
}

function Interval({ schedule, problems, onChange }: Props) {
  return (
    <div className="flex flex-wrap gap-3">
      <TextField
        label={words.every}
        type="number"
        min={1}
        value={schedule.every}
        problem={problems.every}
        onChange={(every) => onChange({ every })}
      />
      <ChoiceField
        label={words.unit}
        value={schedule.unit}
        options={(Object.keys(UNITS) as Unit[]).map((unit) => [unit, words.units[unit]])}
        onChange={(unit) => onChange({ unit })}
        className="min-w-32"
      />
    </div>
  );
}

function Expression({ schedule, problems, onChange }: Props) {
  return (
    <TextField
      label={words.expression}
      code
      value={schedule.expression}
      help={words.expressionHelp}
      problem={problems.expression}
      onChange={(expression) => onChange({ expression })}
    />
  );
}

function Span({ schedule, problems, onChange }: Props) {
  const zones = useMemo(() => Intl.supportedValuesOf("timeZone"), []);
  const list = useId();
  return (
    <div className="grid gap-3 sm:grid-cols-3">
      {schedule.kind !== "interval" && (
        <div>
          <TextField
            label={words.timeZone}
            list={list}
            value={schedule.zone}
            problem={problems.zone}
            onChange={(zone) => onChange({ zone })}
          />
          <datalist id={list}>
            <option value="UTC" />
            {zones.map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </div>
      )}
      <TextField
        label={words.startAt}
        type="datetime-local"
        value={schedule.startAt}
        onChange={(startAt) => onChange({ startAt })}
      />
      <TextField
        label={words.endAt}
        type="datetime-local"
        value={schedule.endAt}
        problem={problems.endAt}
        onChange={(endAt) => onChange({ endAt })}
      />
      {(schedule.startAt || schedule.endAt) && (
        <p className="text-xs text-muted sm:col-span-3">{words.localTimes(browserZone())}</p>
      )}
    </div>
  );
}

/** What a trigger means in words, what may surprise, and when it fires next. */
export function Preview({ trigger }: { trigger: Trigger }) {
  const wanted = useDeferredValue(trigger);
  const preview = useQuery({ ...schedulePreview(wanted), placeholderData: keepPreviousData });
  if (preview.isError) {
    return <Failed error={preview.error} />;
  }
  if (!preview.data) {
    return <p className="text-xs text-muted">{words.checking}…</p>;
  }
  const { sentence, warning, next } = preview.data;
  return (
    <div aria-live="polite" className="flex flex-col gap-2">
      <p className="font-medium">{words.fires(visible(sentence))}</p>
      {warning && (
        <p className="rounded-md bg-wait-soft px-2.5 py-1.5 text-wait">{visible(warning)}</p>
      )}
      <NextTimes of={next} zone={wanted.time_zone} />
    </div>
  );
}

export function NextTimes({ of, zone }: { of: readonly number[]; zone?: string | null }) {
  const format = useMemo(() => formatIn(zone), [zone]);
  if (of.length === 0) {
    return <p className="text-muted">{words.noTimes}</p>;
  }
  return (
    <div>
      <h3 className="mb-1 text-xs text-muted">{words.nextTimes}</h3>
      <ol className="flex flex-col gap-0.5" aria-label={words.nextTimes}>
        {of.map((at) => (
          <li key={at} className="flex flex-wrap gap-x-3">
            <span className="tabular-nums">{format.format(at * 1000)}</span>
            <span className="text-muted">
              <Ago at={at} />
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function formatIn(zone: string | null | undefined): Intl.DateTimeFormat {
  const options: Intl.DateTimeFormatOptions = {
    weekday: "short",
    day: "2-digit",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  };
  try {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone || undefined });
  } catch {
    return new Intl.DateTimeFormat("en-GB", options);
  }
}

function numbers(from: number, to: number): [string, string][] {
  return Array.from({ length: to - from + 1 }, (_, at) => [String(from + at), String(from + at)]);
}
