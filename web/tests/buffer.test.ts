import { expect, test } from "vitest";
import { LogWindow, MOST_BYTES, matches } from "../src/logs/buffer.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const texts = (window: LogWindow) => window.lines.map((line) => line.text);

test("lines know their place", () => {
  expect(LogWindow.at(0, bytes("one\ntwo\n")).lines).toEqual([
    { offset: 0, text: "one" },
    { offset: 4, text: "two" },
  ]);
});

test("a line that begins before the window is not shown", () => {
  expect(texts(LogWindow.at(100, bytes("rest of it\nwhole\n")))).toEqual(["whole"]);
});

test("a line that came in two parts is one line", () => {
  expect(texts(LogWindow.at(0, bytes("one\ntw")).append(6, bytes("o\nthree")))).toEqual([
    "one",
    "two",
    "three",
  ]);
});

test("a character that is cut between two parts is whole", () => {
  const euro = bytes("a €\n");
  const window = LogWindow.at(0, euro.subarray(0, 3)).append(3, euro.subarray(3));
  expect(texts(window)).toEqual(["a €"]);
});

test("what is there already is not put on again", () => {
  const window = LogWindow.at(0, bytes("one\ntwo\n"));
  expect(window.append(4, bytes("two\n"))).toBe(window);
  expect(texts(window.append(4, bytes("two\nthree\n")))).toEqual(["one", "two", "three"]);
});

test("a gap is not bridged", () => {
  const window = LogWindow.at(0, bytes("one\n"));
  expect(window.append(50, bytes("later\n"))).toBe(window);
});

test("what is before is put before", () => {
  const window = LogWindow.at(4, bytes("two\nthree\n")).prepend(0, bytes("one\n"));
  expect(texts(window)).toEqual(["one", "two", "three"]);
});

test("memory is bounded, and what is kept begins with a line", () => {
  const line = `${"x".repeat(1023)}\n`;
  const part = bytes(line.repeat(1024));
  let window = LogWindow.at(0);
  for (let at = 0; at < 12; at += 1) {
    window = window.append(at * part.length, part);
    expect(window.end - window.start).toBeLessThanOrEqual(MOST_BYTES);
  }
  expect(window.end).toBe(12 * part.length);
  expect(window.lines[0]?.text).toBe("x".repeat(1023));
  expect(window.start).toBe(window.lines[0]?.offset);
});

test("matches ignore case and escapes", () => {
  const window = LogWindow.at(0, bytes("Warning\nok\nwarning\n"));
  expect(matches(window.lines, "WARN", (line) => line)).toEqual([0, 2]);
});
