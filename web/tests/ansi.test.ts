import { expect, test } from "vitest";
import { pieces, plain } from "../src/logs/ansi.ts";

test("colours are kept until they are reset", () => {
  expect(
    pieces("a \u001b[31;1mred\u001b[0m b").map(({ text, colour, bold }) => [text, colour, bold]),
  ).toEqual([
    ["a ", null, false],
    ["red", 1, true],
    [" b", null, false],
  ]);
});

test.each([
  ["a link is its text", "\u001b]8;;javascript:alert(1)\u0007click\u001b]8;;\u0007", "click"],
  ["a title is dropped", "\u001b]0;root@host\u001b\\ok", "ok"],
  ["an unfinished string hides nothing that follows a line", "\u001b]0;never ends", ""],
  ["cursor movement is dropped", "\u001b[2J\u001b[1;1Hx", "x"],
  ["private sequences are dropped", "\u001b[?25lhidden\u001b[?25h", "hidden"],
  ["true colour is no colour of ours", "\u001b[38;2;255;0;0mx\u001b[m", "x"],
  ["the last write of a progress bar", "10%\r50%\r100%", "100%"],
  ["an end of line of Windows", "done\r", "done"],
  ["a lone escape", "\u001b", ""],
])("escapes cannot act: %s", (_, line, shown) => {
  expect(plain(line)).toBe(shown);
});
