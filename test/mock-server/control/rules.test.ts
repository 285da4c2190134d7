import { describe, expect, it } from "vitest";
import { findRule } from "../../../src/mock-server/control/rules.js";
import type { DocumentRules } from "../../../src/mock-server/control/rules.js";

const at = (line: number, value: unknown) => ({ place: `spec/page.yaml:${line}`, value });

const rules: DocumentRules = {
  "POST /images": {
    "": {
      place: "spec/page.yaml:1",
      words: { required: at(2, ["prompt"]), additionalProperties: at(3, false) },
    },
    prompt: {
      place: "spec/page.yaml:10",
      words: {
        type: at(11, "string"),
        description: at(12, "the text"),
        minLength: at(13, 1),
        maxLength: at(14, 20),
        pattern: at(15, "\\S"),
      },
    },
    count: {
      place: "spec/page.yaml:20",
      words: { type: at(21, "integer"), minimum: at(22, 1), maximum: at(23, 15) },
    },
    size: { place: "spec/page.yaml:30", words: { enum: at(31, ["1K", "2K"]), format: at(32, "size") } },
    masks: {
      place: "spec/page.yaml:40",
      words: { type: at(41, "array"), minItems: at(42, 1), maxItems: at(43, 3) },
    },
    step: { place: "spec/page.yaml:50", words: { multipleOf: at(51, 8) } },
  },
};

const text = "string of at least 1 characters of at most 20 characters that matches \\S";

describe("an issue leads to its rule in the document", () => {
  it.each([
    ["prompt", "is required", 2, "required: [prompt]", "Add prompt (the text)."],
    ["count", "is required", 2, "required: [prompt]", "Add count."],
    [
      "colour",
      "is not a field of this operation",
      3,
      "additionalProperties: false",
      "Leave colour out, or use one of prompt, count, size, masks, step.",
    ],
    ["prompt", "must NOT have fewer than 1 characters", 13, "minLength: 1", `Send prompt as ${text}.`],
    ["prompt", "must NOT have more than 20 characters", 14, "maxLength: 20", `Send prompt as ${text}.`],
    ["prompt", "must not be blank", 15, "pattern: \\S", `Send prompt as ${text}.`],
    ["count", "must be >= 1", 22, "minimum: 1", "Send count as integer from 1 to 15."],
    ["count", "must be <= 15", 23, "maximum: 15", "Send count as integer from 1 to 15."],
    ["count", "must be sent as an integer", 21, "type: integer", "Send count as integer from 1 to 15."],
    [
      "size",
      "must be equal to one of the allowed values",
      31,
      "enum: [1K, 2K]",
      "Send size as one of [1K, 2K].",
    ],
    ["size", 'must match format "size"', 32, "format: size", "Send size as one of [1K, 2K]."],
    ["masks", "must NOT have fewer than 1 items", 42, "minItems: 1", "Send masks as array."],
    ["masks", "must NOT have more than 3 items", 43, "maxItems: 3", "Send masks as array."],
    ["step", "must be multiple of 8", 51, "multipleOf: 8", "Send step as a value."],
    // One field of an object is about the field; a rule that is not there is about its place.
    ["masks.0.x", "must be object", 41, "type: array", "Send masks as array."],
    ["step", "must be string", 50, "step", "Send step as a value."],
    ["", "must be object", 1, "the body", "Send the body as the document describes it."],
    ["elsewhere", "must be >= 1", 1, "elsewhere", "Send the body as the document describes it."],
  ])("%s %s", (field, message, line, rule, advice) => {
    expect(findRule(rules, "POST /images", { field, message })).toEqual({
      place: `spec/page.yaml:${line}`,
      text: rule,
      advice,
    });
  });

  it("unless the document says nothing of it", () => {
    const issue = { field: "prompt", message: "is required" };
    expect(findRule(rules, "POST /other", issue)).toBeUndefined();
    expect(findRule(rules, undefined, issue)).toBeUndefined();
    expect(findRule({ "POST /images": {} }, "POST /images", issue)).toBeUndefined();
  });
});
