import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../support/generate.js";
import { command, startServer } from "./support/command.js";

const message = "resolution should be like 2K, 16:9 or 2560x1440";
const words = ["a red fox", "--resolution", "banana"];

describe("what the model's maker advises against", () => {
  it.each(["generate", "submit"])("is a line of %s, and is sent", async (name) => {
    const server = await startServer({ imageSize: 16 });
    const out = await makeFolder();
    const { exitCode, errors } = await command([name, ...words, "--base-url", server.url, "--out", out]);
    expect([exitCode, server.ledger.length]).toEqual([0, 1]);
    expect(errors.split("\n")[0]).toBe(`warning: ${message}`);
    expect(errors.match(/warning/g)).toHaveLength(1);
    expect(server.requests[0]?.fields.resolution).toBe("banana");
  });

  it("is a line of --dry-run, and in its JSON", async () => {
    const { exitCode, errors, json } = await command(["generate", ...words, "--dry-run", "--json"]);
    expect([exitCode, errors]).toEqual([0, `warning: ${message}\n`]);
    expect(json).toMatchObject({ dryRun: true, warnings: [message] });
  });

  it("is of lines that look like comments, which would be paid for", async () => {
    const folder = await makeFolder();
    const list = join(folder, "jobs.txt");
    await writeFile(list, "# foxes\n#fox in snow\n; snow\n// night\na fox # 7\n");
    const dry = await command(["batch", list, "--out", join(folder, "out"), "--dry-run", "--json"]);
    expect([dry.exitCode, dry.json.submits, dry.json.warnings]).toEqual([
      0,
      5,
      expect.arrayContaining([
        { message: expect.stringContaining("looks like a comment") as string, lines: [1, 3, 4] },
      ]),
    ]);
  });

  it("is one line of a list, however many rows have it", async () => {
    const folder = await makeFolder();
    const list = join(folder, "jobs.jsonl");
    const rows = ["banana", "2K", "banana", "1x1", "banana"];
    await writeFile(
      list,
      rows.map((resolution) => JSON.stringify({ prompt: "a fox", resolution })).join("\n"),
    );
    const out = join(folder, "out");
    const dry = await command(["batch", list, "--out", out, "--dry-run", "--json"]);
    const pixels = "resolution should have 3,686,400 to 10,404,496 pixels";
    expect(dry.errors.match(/^warning.*$/gm)).toEqual([
      `warning: line 1 and 2 more: ${message}`,
      `warning: line 4: ${pixels}`,
    ]);
    expect(dry.json).toMatchObject({
      rows: 5,
      warnings: [
        { message, lines: [1, 3, 5] },
        { message: pixels, lines: [4] },
      ],
    });
    const server = await startServer({ imageSize: 16 });
    const { exitCode } = await command(["batch", list, "--out", out, "--base-url", server.url]);
    expect([exitCode, server.ledger.length]).toEqual([0, 5]);
  });
});
