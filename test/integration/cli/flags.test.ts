import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it, afterAll } from "vitest";
import { models } from "../../../generated/operations.js";
import { createProgram } from "../../../src/cli/program.js";
import { copySpec, generate, makeFolder, root, run } from "../../support/generate.js";
import { fieldsOf } from "../../support/document.js";
import { buildCommand } from "../../cli/support/child.js";
import { command, startServer } from "../../cli/support/command.js";
import { startAgent, textOf } from "../../mcp/support/agent.js";

describe("the help", () => {
  it("names every field of every model, with what the document says of it", async () => {
    const { output, exitCode } = await command(["generate", "--help"]);
    const text = output.replaceAll(/\s+/g, " ");
    expect(exitCode).toBe(0);
    for (const model of Object.keys(models) as (keyof typeof models)[]) {
      expect(text).toContain(model);
      for (const [name, { description, default: fallback }] of Object.entries(fieldsOf(model))) {
        if (name === "prompt") continue;
        expect(text).toContain(`--${name} `);
        if (description !== undefined) expect(text).toContain(description.replaceAll(/\s+/g, " "));
        if (fallback !== undefined) expect(text).toContain(`default: ${JSON.stringify(fallback)}`);
      }
    }
  });

  it("has examples for every command", async () => {
    const names = createProgram().commands.map((each) => each.name());
    for (const name of names.filter((each) => each !== "complete")) {
      const { exitCode, output } = await command([name, "--help"]);
      expect([exitCode, output]).toEqual([0, expect.stringContaining(`  $ tensorslab-images ${name}`)]);
    }
    const { exitCode, output } = await command(["--help"]);
    expect(exitCode).toBe(0);
    expect(output).toContain("Exit status:");
    expect(output).toContain("seedreamv5: ");
  });

  it("comes with a version", async () => {
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
    const { exitCode, output } = await command(["--version"]);
    expect([exitCode, output]).toEqual([0, `${version}\n`]);
  });
});

describe("another document", () => {
  let program: string;
  beforeAll(async () => {
    const folder = await makeFolder(afterAll);
    const fields = [
      "strength: { type: number, description: How much is changed }",
      "tiled: { type: boolean, description: Whether edges match }",
      "out: { type: string, description: A field with the name of a flag }",
      "extra: { type: object, description: Anything else }",
      "tags: { type: array, items: { type: string }, description: Several words }",
      "again: { type: boolean, description: A field with the name of an argument }",
    ];
    const addFields = (text: string) =>
      text.replace(/^( +)resolution:\n/m, (line, indent: string) =>
        [...fields.map((field) => `${indent}${field}\n`), line].join(""),
      );
    const zimage = await readFile(join(root, "test/fixtures/zimage.yaml"), "utf8");
    const edits = { "seedreamv5.yaml": addFields, "zimage.yaml": zimage };
    const spec = await copySpec(join(folder, "spec"), edits);
    const [result] = await generate([["--spec", spec, "--out", join(folder, "generated")]]);
    expect(result).toEqual({ exitCode: 0, errors: "" });
    await cp(join(root, "src"), join(folder, "src"), { recursive: true });
    program = await buildCommand(folder);
  });

  const cli = (...words: string[]) => run([program, ...words], root);

  it("brings its fields and models to the help", async () => {
    const output = (await cli("generate", "--help")).output.replaceAll(/\s+/g, " ");
    expect(output).toMatch(/choices: [^)]*"seedreamv5"[^)]*"zimage"/);
    expect(output).toMatch(/--strength <number> +How much is changed/);
    expect(output).toMatch(/--seed <integer> .*\[zimage\]/s);
    expect(output).toContain("--field-out <text>");
    expect(output).toMatch(/--resolution <text> .*"2K"\) \[.*seedreamv5.*\]; .*\[.*zimage.*\]/);
  });

  it("brings its fields and models to agents", async () => {
    const server = await startServer();
    const agent = await startAgent(program, ["--base-url", server.url, "--out", await makeFolder()]);
    const { tools } = (await agent.request("tools/list")) as {
      tools: { inputSchema: { properties: Record<string, object> } }[];
    };
    const [generates, edits] = tools.map(({ inputSchema }) => inputSchema.properties);
    expect(generates).toMatchObject({
      model: { enum: ["seedreamv5", "zimage"] },
      strength: { type: "number", description: "How much is changed" },
      seed: { type: "integer" },
      again: { description: expect.stringContaining("Pay for another result") as string },
      field_again: { description: "A field with the name of an argument" },
    });
    expect(edits).toMatchObject({ model: { enum: ["seedreamv5"] } });
    const given = { prompt: "a fox", strength: 0.5, field_again: true, resolution: "64x64" };
    await agent.call("generate_image", given);
    await agent.call("generate_image", { prompt: "a fox", model: "zimage", seed: 7, resolution: "64*64" });
    const wrong = await agent.call("generate_image", { prompt: "a fox", model: "zimage", strength: 1 });
    expect([wrong.structuredContent.outcome, textOf(wrong)]).toEqual([
      "not-sent",
      expect.stringContaining("strength"),
    ]);
    const submits = server.requests.filter(({ method, path }) => method === "POST" && !path.includes("info"));
    expect(submits.map(({ path }) => path.split("/").at(-1))).toEqual(["seedreamv5", "zimage"]);
  });

  it("brings their values to the request", async () => {
    const flags = ["--strength", "0.5", "--tiled", "true", "--extra", '{"a":1}', "--field-out", "x"];
    const { output } = await cli("a fox", "--dry-run", "--json", ...flags, "--tags", "red", "fox");
    const { request } = JSON.parse(output) as { request: { fields: object } };
    expect(request.fields).toEqual({
      prompt: "a fox",
      strength: 0.5,
      tiled: true,
      extra: { a: 1 },
      out: "x",
      tags: ["red", "fox"],
    });
    const zimage = await cli("a fox", "--model", "zimage", "--seed", "7", "--dry-run");
    expect(zimage.output).toContain("/zimage\n");
    const wrong = await cli("a fox", "--model", "zimage", "--strength", "1", "--tiled", "maybe", "--dry-run");
    expect([wrong.exitCode, wrong.output]).toEqual([2, expect.stringContaining("strength ")]);
    const source = await cli("a fox", "--model", "zimage", "--source", "a.png", "--dry-run");
    expect([source.exitCode, source.output]).toEqual([2, expect.stringContaining("zimage takes no files")]);
  });
});
