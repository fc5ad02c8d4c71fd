import { expect, test } from "vitest";
import { parseQuery, sortOf } from "../src/pages/runs/query.ts";

test.each([
  ["words only", "nightly delays", { text: "nightly delays", filter: [] }],
  [
    "a metric with spaces",
    "metric.auc > 0.9",
    { text: "", filter: [{ field: "metric.auc", op: "gt", value: 0.9 }] },
  ],
  [
    "a parameter that is a text",
    "param.data=flights.csv",
    { text: "", filter: [{ field: "parameter.data", op: "eq", value: "flights.csv" }] },
  ],
  [
    "a quoted number stays a text",
    'param.code="007"',
    { text: "", filter: [{ field: "parameter.code", op: "eq", value: "007" }] },
  ],
  [
    "a tag between words",
    "big tag.team=ranking run",
    { text: "big run", filter: [{ field: "tag.team", op: "eq", value: "ranking" }] },
  ],
  ["an unknown field is words", "colour=red", { text: "colour=red", filter: [] }],
  [
    "at least",
    "metric.loss<=1e-3",
    { text: "", filter: [{ field: "metric.loss", op: "le", value: 0.001 }] },
  ],
  [
    "a day",
    "created>=2026-11-01",
    { text: "", filter: [{ field: "created_at", op: "ge", value: 1793491200 }] },
  ],
  [
    "contains",
    "name~flights",
    { text: "", filter: [{ field: "display_name", op: "contains", value: "flights" }] },
  ],
])("a search is read: %s", (_, typed, read) => {
  expect(parseQuery(typed)).toEqual(read);
});

test("metrics and parameters can be sorted by, tags cannot", () => {
  expect(["metric.auc", "param.lr", "tag.team"].map(sortOf)).toEqual([
    "metric.auc",
    "parameter.lr",
    undefined,
  ]);
});
