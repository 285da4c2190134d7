import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { JsonObject } from "../../../scripts/generate/source.js";
import { compareDocuments } from "../../../scripts/update/changes/compare-documents.js";
import { base, places, rules } from "./document.js";
import { exportedTypes } from "./exported-types.js";
import { operations } from "./operations.js";
import { requests } from "./requests.js";
import { responses } from "./responses.js";

// What each change of a document means for a user of the package: the rule is written beside each.

const tables = { requests, responses, operations, "exported types": exportedTypes };
const tried = Object.values(tables).flat().length;
let right = 0;

describe.each(Object.entries(tables))("%s", (_, rows) => {
  test.each(rows.map(([rule, ...row]) => [rules[rule], ...row] as const))(
    "%s: %s",
    (_, __, edit, ...expected) => {
      const before = parse(base) as JsonObject;
      const after = parse(base) as JsonObject;
      edit(places(after));
      const changes = compareDocuments(before, after).map(({ verdict, kind, part, field, aspect }) =>
        [verdict, kind, part, field, aspect].filter(Boolean).join(" "),
      );
      expect(changes.sort()).toEqual(expected.sort());
      right++;
    },
  );
});

test("the tables hold at least 120 changes, and each rule is used", () => {
  expect(tried).toBeGreaterThanOrEqual(120);
  const used = Object.values(tables).flatMap((rows) => rows.map(([rule]) => rule));
  expect(new Set(used)).toEqual(new Set(Object.keys(rules)));
});

afterAll(() => console.log(`Verdicts: ${right} right of ${tried} tried`));
