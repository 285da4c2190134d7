import { describe, expect, it } from "vitest";
import { fields, operations } from "../../generated/operations.js";
import { findOperation, named, numberOf, unnamedNumber } from "../../src/mock-server/document.js";
import { readFields } from "../../src/mock-server/input/fields.js";
import { readOrder as readWithWarnings } from "../../src/mock-server/order.js";
import { describeIssue } from "../../src/mock-server/input/read-input.js";
import type { Part } from "../../src/mock-server/document.js";

describe("what the document is asked for", () => {
  it("has numbers by name, and some without one", () => {
    expect(numberOf("status", "failed")).toBe(4);
    expect(() => numberOf("status", "lost")).toThrow('no number "lost" for the field with the role "status"');
    expect(() => numberOf("weather", "fine")).toThrow("weather");
    expect([unnamedNumber("status"), unnamedNumber("weather")]).toEqual([5, 1]);
  });

  it("has names by role, and leaves out what it has none for", () => {
    const values = { taskid: "a", url: undefined, weather: "fine" };
    expect(named(values)).toEqual({ [fields.taskid]: "a" });
  });

  it("has operations by method and path", () => {
    for (const [name, operation] of Object.entries(operations)) {
      const { method, path } = operation;
      expect(findOperation(method, path)).toEqual({ name, operation, allowed: [method] });
      expect(findOperation("TRACE", path)).toEqual({ allowed: [method] });
    }
    expect(findOperation("GET", "/none")).toEqual({ allowed: [] });
  });
});

describe("a form's fields", () => {
  const read = (type: Part["type"], ...texts: string[]): unknown[] => {
    const parts = { field: { type, array: true } };
    const form = { texts: texts.map((text) => ({ name: "field", text })), files: [], issues: [] };
    const { all, issues } = readFields(form, parts);
    return [all.field, issues.map(describeIssue)];
  };

  it.each<[Part["type"], [string, unknown][]]>([
    [
      "integer",
      [
        ["0", 0],
        ["-12", -12],
        ["007", 7],
        ["99999999999", 99999999999],
      ],
    ],
    [
      "number",
      [
        ["0", 0],
        ["-1.50", -1.5],
        ["1e-7", 1e-7],
      ],
    ],
    [
      "boolean",
      [
        ["true", true],
        ["false", false],
      ],
    ],
    [
      "json",
      [
        ["null", null],
        ['{"a":[1]}', { a: [1] }],
        ['"a"', "a"],
      ],
    ],
    [
      "string",
      [
        ["", ""],
        ["1", "1"],
      ],
    ],
  ])("are read as %s", (type, pairs) => {
    const texts = pairs.map(([text]) => text);
    expect(read(type, ...texts)).toEqual([pairs.map(([, value]) => value), []]);
  });

  it.each<[Part["type"], string[]]>([
    ["integer", ["", " 3", "3 ", "+3", "1e1", "0x3", "1.0", "٣", "3\n", "NaN"]],
    ["number", ["", ".5", "5.", " 1", "Infinity", "0x1", "1,5"]],
    ["boolean", ["", "TRUE", "1", "yes", "toString"]],
    ["json", ["", "{", "undefined", "'a'"]],
    ["file", ["", "text"]],
  ])("are refused as %s, and kept as they are", (type, texts) => {
    for (const text of texts) expect(read(type, text)).toEqual([[text], [`field must be sent as ${type}`]]);
  });

  it("are a list only if the document says so", () => {
    const parts: Record<string, Part> = { one: { type: "string", array: false } };
    const texts = ["a", "b"].map((text) => ({ name: "one", text }));
    expect(readFields({ texts: texts.slice(1), files: [], issues: [] }, parts)).toMatchObject({
      texts: { one: "b" },
      issues: [],
    });
    expect(readFields({ texts, files: [], issues: [] }, parts).issues).toEqual([
      { field: "one", message: "must be sent once" },
    ]);
  });
});

describe("an order", () => {
  const readOrder = (...parameters: Parameters<typeof readWithWarnings>) =>
    readWithWarnings(...parameters).order;

  it.each([
    [{ n: 3 }, { roles: { count: "n" } }, 3],
    [{ n: "3" }, { roles: { count: "n" } }, 3],
    [{}, { roles: { count: "n" } }, 1],
    [{}, { roles: { count: "n" }, defaults: { count: 2 } }, 2],
    [{ n: 3 }, { roles: { count: "n" }, defaults: { count: 2 } }, 3],
    [{ n: 0 }, { roles: { count: "n" } }, 1],
    [{ n: "many" }, { roles: { count: "n" } }, 1],
    [{ n: 3 }, { roles: {} }, 1],
    [{ n: 3 }, {}, 1],
  ])("is for as many images as its field for that says: %o %o", (fields, operation, images) => {
    expect(readOrder("m", fields, operation)).toEqual({
      model: "m",
      prompt: "",
      images,
      size: { width: 2048, height: 2048 },
    });
  });

  it("is read by what the fields are for", () => {
    const roles = { prompt: "text", size: "dimensions" };
    expect(readOrder("m", { text: "a fox", dimensions: "3x2", prompt: "another" }, { roles })).toEqual({
      model: "m",
      prompt: "a fox",
      images: 1,
      size: { width: 3, height: 2 },
    });
  });

  it.each<[Record<string, unknown>, string[]]>([
    [{ size: "2K" }, []],
    [{ size: "16:9" }, []],
    [{ size: "1024*768" }, []],
    [{}, []],
    [
      { size: "banana" },
      ['size "banana" is not a level (2K), a ratio (16:9) or WxH (2560x1440); it is read as 2048 × 2048'],
    ],
    [
      { size: "" },
      ['size "" is not a level (2K), a ratio (16:9) or WxH (2560x1440); it is read as 2048 × 2048'],
    ],
    [{ size: "90000x10" }, ['size "90000x10" is larger than the mock server draws; it is read as 8192 × 1']],
  ])("says what it cannot follow: %o", (fields, warnings) => {
    const operation = { roles: { size: "size" }, defaults: { size: "2K" } };
    expect(readWithWarnings("m", fields, operation).warnings).toEqual(warnings);
  });

  it("is drawn no larger than asked for, in the same shape and without a warning", () => {
    const operation = { roles: { size: "size" } };
    expect(readWithWarnings("m", { size: "2560x1440" }, operation, 64)).toMatchObject({
      order: { size: { width: 64, height: 36 } },
      warnings: [],
    });
  });
});
