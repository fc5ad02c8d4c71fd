import { expect, test } from "vitest";
import { placeOfKfpLink } from "../src/shell/kfp-links.ts";

test.each([
  ["#/runs/details/5f6c-1", "/runs/5f6c-1"],
  ["#/runs/details/5f6c-1/execution/7", "/runs/5f6c-1"],
  ["#/runs/details/5f6c?tab=1", "/runs/5f6c"],
  ["#/pipelines/details/p/version/v", "/pipelines/p"],
  ["#/experiments/details/default", "/experiments/default"],
  ["#/recurringrun/details/r", "/recurring/r"],
  ["#/recurringruns", "/recurring"],
  ["#/runs", "/runs"],
  ["#/artifacts/12", "/artifacts/12"],
  ["#/runs/details/a%20b", "/runs/a%20b"],
  ["#/runs/details/%E0%A4", "/runs/%25E0%25A4"],
  ["#/runs/details/..", "/runs/.."],
])("%s of KFP's page is %s here", (link, place) => {
  expect(placeOfKfpLink(link)).toBe(place);
});

test.each(["", "#", "#runs", "#//evil.example", "#/javascript:alert(1)", "#/runsx"])(
  "%s is no address of KFP's page",
  (link) => {
    expect(placeOfKfpLink(link)).toBeNull();
  },
);
