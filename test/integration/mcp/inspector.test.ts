import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { programOf } from "../runtimes/programs.js";
import { folder } from "../support/places.js";
import { run } from "../support/run.js";
import { program } from "./connect.js";

const inspector = join(
  folder,
  "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js",
);

it("the inspector's command lists the tools, makes an image, and gets it again", async () => {
  const out = await mkdtemp(join(tmpdir(), "tensorslab-images-"));
  onTestFinished(() => rm(out, { recursive: true, force: true }));
  const inspect = async (...words: string[]) => {
    const server = [process.execPath, program, "mcp", "--mock", "--out", out];
    const { stdout } = await run(programOf("node-24"), [inspector, "--cli", ...server, ...words]);
    return JSON.parse(stdout) as { tools: { name: string }[]; structuredContent: object };
  };
  const { tools } = await inspect("--method", "tools/list");
  expect(tools.map(({ name }) => name)).toContain("generate_image");
  const given = [
    "--tool-name",
    "generate_image",
    "--tool-arg",
    "prompt=a red fox",
    "--tool-arg",
    "resolution=64x64",
  ];
  const first = await inspect("--method", "tools/call", ...given);
  expect(first.structuredContent).toMatchObject({ outcome: "completed", requested: 1 });
  const second = await inspect("--method", "tools/call", ...given);
  expect(second.structuredContent).toEqual(first.structuredContent);
});
