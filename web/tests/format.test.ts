import { expect, test } from "vitest";
import { bytes, number, value } from "../src/format/amounts.ts";
import { harmlessLink, visible } from "../src/format/safety.ts";
import { ago, duration } from "../src/format/times.ts";

test.each([
  [0, "< 10 ms"],
  [0.25, "250 ms"],
  [3.99, "3.9 s"],
  [59.9, "59 s"],
  [125, "2 m 05 s"],
  [3660, "1 h 01 m"],
  [90_000, "1 d 01 h"],
  [Number.NaN, "–"],
])("%d seconds are %s", (seconds, shown) => {
  expect(duration(seconds)).toBe(shown);
});

test("times are told from now", () => {
  expect(ago(1000, 1002)).toBe("now");
  expect(ago(1000, 1000 + 7200)).toBe("2 hr. ago");
});

test.each([
  [0, "0 B"],
  [1536, "1.50 KiB"],
  [150 * 1024 ** 2, "150 MiB"],
  [null, "–"],
])("%s bytes are %s", (size, shown) => {
  expect(bytes(size)).toBe(shown);
});

test.each([
  [0.123456789, "0.12346"],
  [1234567, "1,234,567"],
  [1.5e-7, "1.500e-7"],
  [2e12, "2.000e+12"],
])("%d is written %s", (given, shown) => {
  expect(number(given)).toBe(shown);
});

test("values are on one line", () => {
  expect([value("a"), value({ a: [1] }), value(undefined)]).toEqual(["a", '{"a":[1]}', "–"]);
});

test("hidden characters are shown, the rest stays", () => {
  expect(visible("a\u202eb\u200bc\u0000 ü 漢 \t\n")).toBe("a⟨U+202E⟩b⟨U+200B⟩c⟨U+0000⟩ ü 漢 \t\n");
});

test.each([
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "data:text/html,x",
  "vbscript:x",
  "file:///etc/passwd",
  "//host",
  " javascript:x",
  "gs://bucket/x",
])("%s is no link", (address) => {
  expect(harmlessLink(address)).toBeNull();
});

test("addresses of the web are links", () => {
  expect(harmlessLink("https://example.org/a?b#c")).toBe("https://example.org/a?b#c");
});
