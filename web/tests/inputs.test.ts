import { expect, test } from "vitest";
import type { InputSpec } from "../src/api/types.ts";
import { readDocument } from "../src/pages/start/document.ts";
import { firstTyped, readAll, readInput, readTags } from "../src/pages/start/inputs.ts";

const input = (type: string, more: Partial<InputSpec> = {}): InputSpec => ({
  name: "x",
  type,
  ...more,
});

test.each([
  ["NUMBER_INTEGER", "12", { value: 12 }],
  ["NUMBER_INTEGER", "1.5", "problem"],
  ["NUMBER_INTEGER", "9007199254740993", "problem"],
  ["NUMBER_DOUBLE", "1e-3", { value: 0.001 }],
  ["NUMBER_DOUBLE", "Infinity", "problem"],
  ["BOOLEAN", "true", { value: true }],
  ["STRING", "  kept as it is ", { value: "  kept as it is " }],
  ["LIST", "[1, 2]", { value: [1, 2] }],
  ["LIST", "{}", "problem"],
  ["STRUCT", '{"a": null}', { value: { a: null } }],
  ["STRUCT", "[]", "problem"],
  ["STRUCT", "{a: 1}", "problem"],
])("%s takes %s or says what is wrong", (type, typed, expected) => {
  const read = readInput(input(type), typed);
  if (expected === "problem") {
    expect(read).toHaveProperty("problem");
  } else {
    expect(read).toEqual(expected);
  }
});

test("what is required must be given, the rest may be left out", () => {
  const inputs = [
    input("STRING"),
    { ...input("LIST", { optional: true }), name: "y" },
    { ...input("system.Model", { artifact: true }), name: "z" },
  ];
  expect(readAll(inputs, {})).toEqual({ values: {}, problems: { x: expect.any(String) } });
});

test("only literals that are allowed are taken", () => {
  const one = input("STRING", { literals: ["a", "b"] });
  expect(readInput(one, "a")).toEqual({ value: "a" });
  expect(readInput(one, "c")).toHaveProperty("problem");
});

test("a clone begins with its values, else with the defaults", () => {
  const inputs = [
    input("NUMBER_DOUBLE", { default: 0.5 }),
    { ...input("STRUCT", { default: {} }), name: "y" },
  ];
  expect(firstTyped(inputs, { x: 2 })).toEqual({ x: "2", y: "{}" });
});

test("tags are lines of key and value", () => {
  expect(readTags("team=ranking\n\nurl=a=b\nnothing")).toEqual({ team: "ranking", url: "a=b" });
});

test("a document of two parts is read", async () => {
  const { spec, platform } = await readDocument("pipelineInfo:\n  name: a\n---\nplatforms: {}\n");
  expect([spec, platform]).toEqual([{ pipelineInfo: { name: "a" } }, { platforms: {} }]);
});

test.each(["[]", "a: &x [*x", "just words"])("%s is no document", async (written) => {
  await expect(readDocument(written)).rejects.toThrow();
});
