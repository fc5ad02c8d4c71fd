import { expect, test } from "vitest";
import { diffLines, withContext } from "../src/diff/lines.ts";
import { parseMarkdown } from "../src/previews/markdown.ts";

const signs = { same: " ", added: "+", removed: "-" };
const diff = (before: string, after: string) =>
  diffLines(before, after)?.map((line) => signs[line.kind] + line.text);

test.each([
  ["a\nb\nc", "a\nB\nc", [" a", "-b", "+B", " c"]],
  ["a", "a", [" a"]],
  ["a\nb", "b", ["-a", " b"]],
  ["b", "a\nb\nc", ["+a", " b", "+c"]],
])("lines are told apart", (before, after, shown) => {
  expect(diff(before, after)).toEqual(shown);
});

test("the two sides can be read back from a difference", () => {
  for (let seed = 1; seed < 60; seed += 1) {
    const text = (factor: number) =>
      Array.from({ length: (seed * factor) % 17 }, (_, at) =>
        String((seed * factor * (at + 1)) % 4),
      ).join("\n");
    const [before, after] = [text(7), text(11)];
    const lines = diffLines(before, after) ?? [];
    const side = (without: string) =>
      lines
        .filter((line) => line.kind !== without)
        .map((line) => line.text)
        .join("\n");
    expect([side("added"), side("removed")]).toEqual([before, after]);
  }
});

test("what differs in everything is given up", () => {
  const lines = (letter: string) => Array.from({ length: 4000 }, (_, at) => letter + at).join("\n");
  expect(diffLines(lines("a"), lines("b"))).toBeNull();
});

test("only what is near a change is shown", () => {
  const before = Array.from({ length: 30 }, (_, at) => String(at)).join("\n");
  const shown = withContext(diffLines(before, before.replace("\n15\n", "\nx\n")) ?? [], 1);
  expect(shown.map((line) => line?.text ?? "…")).toEqual(["…", "14", "15", "x", "16", "…"]);
});

test("Markdown becomes blocks, and HTML stays text", () => {
  expect(
    parseMarkdown("# Title\n\nSome **bold** <script>x</script>\n\n- a\n- b\n\n```\ncode\n```"),
  ).toEqual([
    { kind: "heading", level: 1, inside: [{ kind: "text", text: "Title" }] },
    {
      kind: "paragraph",
      inside: [
        { kind: "text", text: "Some " },
        { kind: "strong", inside: [{ kind: "text", text: "bold" }] },
        { kind: "text", text: " <script>x</script>" },
      ],
    },
    {
      kind: "list",
      ordered: false,
      items: [[{ kind: "text", text: "a" }], [{ kind: "text", text: "b" }]],
    },
    { kind: "code", text: "code" },
  ]);
});

test("Markdown of hostile shapes is read in bounded time", () => {
  const began = performance.now();
  for (const text of [
    ">".repeat(50_000),
    "[".repeat(50_000),
    "*".repeat(50_000),
    "| - ".repeat(20_000),
    "`".repeat(50_001),
  ]) {
    parseMarkdown(`${text}\n${text}`);
  }
  expect(performance.now() - began).toBeLessThan(2000);
});
