import { PassThrough } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import { addFieldFlags } from "../../src/cli/input/field-flags.js";
import { readPrompt } from "../../src/cli/input/prompt.js";
import { placeSources, readValue } from "../../src/cli/input/written-input.js";
import { defaultModel, modelFields } from "../../src/cli/input/models.js";
import type { Field } from "../../src/cli/input/models.js";
import { Command } from "commander";
import { models } from "../../generated/operations.js";

const field = (type: Field["type"]): Field => ({ name: "x", type, array: false, description: "" });

describe("text as a value", () => {
  it.each([
    ["integer", " 7 ", 7],
    ["integer", "1e3", 1000],
    ["integer", "", ""],
    ["integer", "0x10", "0x10"],
    ["number", "-.5", -0.5],
    ["number", "NaN", "NaN"],
    ["boolean", "true", true],
    ["boolean", "false", false],
    ["boolean", "yes", "yes"],
    ["json", '{"a":[1]}', { a: [1] }],
    ["json", "{", "{"],
    ["string", " 7 ", " 7 "],
    ["file", "a.png", "a.png"],
  ] as const)("of %s: %j", (type, text, value) => {
    expect(readValue(field(type), text)).toEqual(value);
  });
});

describe("a prompt that is being typed", () => {
  it("is given up at an abort", async () => {
    const stdin = vi.spyOn(process, "stdin", "get").mockReturnValue(new PassThrough() as never);
    try {
      const controller = new AbortController();
      const prompt = readPrompt("-", controller.signal);
      controller.abort(new Error("stopped"));
      await expect(prompt).rejects.toThrow("stopped");
    } finally {
      stdin.mockRestore();
    }
  });
});

describe("sources", () => {
  it("go where the model takes them, or nowhere", () => {
    const none = { ...defaultModel, files: undefined, address: undefined };
    expect(placeSources(none, [])).toEqual({});
    expect(() => placeSources(none, ["a.png"])).toThrow("takes no files");
    expect(() => placeSources(none, ["HTTPS://a/b"])).toThrow("takes no URL");
  });
});

describe("field flags", () => {
  it("give a field the name that it has, unless the command has such a flag", () => {
    const command = new Command().option("--resolution <text>", "the command's own").exitOverride();
    const read = addFieldFlags(command);
    command.parse(["--resolution", "own", "--field-resolution", "2K", "--category", "c"], { from: "user" });
    expect(read("a fox").written).toEqual({ prompt: "a fox", resolution: "2K", category: "c" });
    expect(modelFields.map(({ name }) => name)).toEqual(Object.keys(models));
  });
});
