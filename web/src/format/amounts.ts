/** Sizes, counts and values as people read them. */
import type { Json } from "@/api/types";
import { text } from "@/text/en";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** Bytes with three digits: `1.50 MiB`. */
export function bytes(size: number | null | undefined): string {
  if (size === null || size === undefined) {
    return text.none;
  }
  let value = size;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

const grouped = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 5 });

export const count = (value: number): string => grouped.format(value);

/** A metric or another number with five significant digits; very large and small ones with a power. */
export function number(value: number): string {
  if (!Number.isFinite(value)) {
    return String(value);
  }
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) {
    return value.toExponential(3);
  }
  return Number.isInteger(value) ? grouped.format(value) : short.format(value);
}

/** A parameter's value on one line: texts as they are, the rest as JSON. */
export function value(of: Json | undefined): string {
  if (of === undefined) {
    return text.none;
  }
  return typeof of === "string" ? of : JSON.stringify(of);
}
