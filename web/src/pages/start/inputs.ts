/** The inputs of a pipeline as they are typed, checked before anything is sent; pure. */
import type { InputSpec, Json } from "@/api/types";
import { text } from "@/text/en";

const words = text.start;

/** What was typed for an input; undefined leaves it to the default. */
export type Typed = Record<string, string | undefined>;

/** Return the first texts of the fields: those of a clone, else the defaults. */
export function firstTyped(
  inputs: readonly InputSpec[],
  given: Readonly<Record<string, Json>> = {},
): Typed {
  const typed: Typed = {};
  for (const input of inputs) {
    const value = given[input.name] ?? input.default;
    typed[input.name] = value === undefined ? undefined : written(input, value);
  }
  return typed;
}

export function written(input: InputSpec, value: Json): string {
  if (typeof value === "string" && !isJson(input)) {
    return value;
  }
  return JSON.stringify(value, null, isJson(input) ? 2 : undefined);
}

export const isJson = (input: InputSpec): boolean =>
  input.type === "LIST" || input.type === "STRUCT";

export type Read = { value: Json } | { problem: string } | { absent: true };

/** Read what was typed for an input: its value, what is wrong with it, or that nothing is given. */
export function readInput(input: InputSpec, typed: string | undefined): Read {
  if (typed === undefined || (typed.trim() === "" && input.type !== "STRING")) {
    return isRequired(input) ? { problem: words.required } : { absent: true };
  }
  const read = readAs(input.type, typed);
  if ("value" in read && input.literals?.length) {
    const allowed = input.literals.some(
      (one) => JSON.stringify(one) === JSON.stringify(read.value),
    );
    return allowed ? read : { problem: words.badLiteral };
  }
  return read;
}

export function isRequired(input: InputSpec): boolean {
  return input.required ?? !(input.optional || input.has_default);
}

function readAs(type: string, typed: string): Read {
  const trimmed = typed.trim();
  switch (type) {
    case "NUMBER_INTEGER":
      return /^[+-]?\d+$/.test(trimmed) && Number.isSafeInteger(Number(trimmed))
        ? { value: Number(trimmed) }
        : { problem: words.badInteger };
    case "NUMBER_DOUBLE":
      return Number.isFinite(Number(trimmed))
        ? { value: Number(trimmed) }
        : { problem: words.badNumber };
    case "BOOLEAN":
      return { value: trimmed === "true" };
    case "LIST":
    case "STRUCT":
      return readJson(type, trimmed);
    default:
      return { value: typed };
  }
}

function readJson(type: string, typed: string): Read {
  let value: Json;
  try {
    value = JSON.parse(typed) as Json;
  } catch (error) {
    return { problem: words.badJson(error instanceof Error ? error.message : "") };
  }
  if (type === "LIST") {
    return Array.isArray(value) ? { value } : { problem: words.badList };
  }
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? { value } : { problem: words.badStruct };
}

export interface Answers {
  values: Record<string, Json>;
  problems: Record<string, string>;
}

/** Read all inputs; those that are artifacts cannot be given. */
export function readAll(inputs: readonly InputSpec[], typed: Typed): Answers {
  const answers: Answers = { values: {}, problems: {} };
  for (const input of inputs.filter((one) => !one.artifact)) {
    const read = readInput(input, typed[input.name]);
    if ("value" in read) {
      answers.values[input.name] = read.value;
    } else if ("problem" in read) {
      answers.problems[input.name] = read.problem;
    }
  }
  return answers;
}

/** Read `key=value` lines. */
export function readTags(written: string): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const line of written.split("\n")) {
    const [key = "", ...rest] = line.split("=");
    if (key.trim() && rest.length > 0) {
      tags[key.trim()] = rest.join("=").trim();
    }
  }
  return tags;
}
