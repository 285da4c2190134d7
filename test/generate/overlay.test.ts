import { expect, test } from "vitest";
import { applyOverlay } from "../../scripts/generate/overlay.js";
import { parseSource } from "../../scripts/generate/source.js";
import type { JsonObject } from "../../scripts/generate/source.js";

// What an action does to a document that is written for it.

/** Applies one action, in the form of a flow mapping. */
const apply = (document: JsonObject, action: string) =>
  applyOverlay(document, parseSource("overlay.yaml", `overlay: 1.1.0\nactions:\n  - ${action}\n`));

const tags = ["a", "b", "c", "d"].map((name) => ({ name, "x-old": name !== "c" }));
const operations = { "/a": { get: { deprecated: true }, put: {} }, "/b": { get: { deprecated: true } } };
const texts = { description: "a", inner: { description: "b", list: [{ description: "c" }, { name: "d" }] } };

test.each([
  {
    name: "neighbours in a list",
    document: { tags },
    target: "$.tags[?(@['x-old'] == true)]",
    result: { tags: [tags[2]] },
  },
  {
    name: "every item of a list",
    document: { tags },
    target: "$.tags[*]",
    result: { tags: [] },
  },
  {
    name: "the same key in every operation",
    document: { paths: operations },
    target: "$.paths.*.*.deprecated",
    result: { paths: { "/a": { get: {}, put: {} }, "/b": { get: {} } } },
  },
  {
    name: "a key at any depth",
    document: texts,
    target: "$..description",
    result: { inner: { list: [{}, { name: "d" }] } },
  },
  {
    name: "what stands within another match",
    document: { x: { x: { y: 1 } }, y: 2 },
    target: "$..x",
    result: { y: 2 },
  },
  {
    name: "names with quotes, brackets and backslashes",
    document: { paths: { "/it's": 1, '/"q"': 2, "/[0]": 3, "/\\n": 4 } },
    target: "$.paths.*",
    result: { paths: {} },
  },
  {
    name: "items of lists in lists",
    document: { rows: [[1, 2, 1], [1, 1], [2]] },
    target: "$.rows[*][?(@ == 1)]",
    result: { rows: [[2], [], [2]] },
  },
])("remove takes $name", ({ document, target, result }) => {
  const before = structuredClone(document);
  const overlaid = apply(document, `{ target: ${JSON.stringify(target)}, remove: true }`);
  expect(overlaid.document).toEqual(result);
  expect(overlaid.unmatched).toEqual([]);
  expect(document).toEqual(before);
});

test("an update reaches every match", () => {
  const { document } = apply({ paths: operations }, '{ target: "$.paths.*.get", update: { tags: [a] } }');
  const get = { deprecated: true, tags: ["a"] };
  expect(document).toEqual({ paths: { "/a": { get, put: {} }, "/b": { get } } });
});

test("an action that steps aside is said with what the document has", () => {
  const action =
    "{ target: $, x-unless: \"$.paths['/a']\", update: { paths: { /a: { get: { summary: ours } } } } }";
  const { document, unnecessary, unmatched } = apply({ paths: operations }, action);
  expect(document).toEqual({ paths: operations });
  expect([unnecessary, unmatched]).toEqual([[{ index: 0, target: "$.paths['/a']" }], []]);
});
