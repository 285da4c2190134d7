// The schemas where tools are declared: `tool()` of `ai` 6 and 7, and `registerTool` of the Model Context Protocol.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport, McpServer } from "@modelcontextprotocol/server";
import { expect, expectTypeOf, onTestFinished, test } from "vitest";
import { createClient } from "tensorslab-images";
import { startMockServer } from "tensorslab-images/mock-server";
import { inputSchema, toModelInput } from "tensorslab-images/schemas";
import type { JsonInput } from "tensorslab-images/schemas";
import { blocksOf } from "../../support/markdown.js";
import { programOf } from "../runtimes/programs.js";
import { makeScratchFolder, root } from "../support/places.js";
import { run } from "../support/run.js";

const guide = "src/schemas/README.md";
const own = "test/integration/schemas/tools.test.ts";
const [example] = blocksOf(guide, await readFile(join(root, guide), "utf8")).filter(
  ({ runBy }) => runBy === own,
);

/** A language model that calls the tool once, with what it is told to, and says what it was offered. */
const program = (sdk: string, specification: string) => `
  import { generateText } from "${sdk}";
  import { paint } from "./example.ts";
  const offered: unknown[] = [];
  const model = (input: object) => ({
    specificationVersion: "${specification}", provider: "test", modelId: "test", supportedUrls: {},
    async doGenerate({ tools }: { tools: unknown[] }) {
      offered.push(...tools);
      return {
        content: [{ type: "tool-call", toolCallId: "1", toolName: "paint", input: JSON.stringify(input) }],
        finishReason: { unified: "tool-calls", raw: undefined }, warnings: [],
        usage: { inputTokens: { total: 1 }, outputTokens: { total: 1 } },
      };
    },
  });
  const results: unknown[] = [];
  for (const input of [{ prompt: "a fox", batchsize: 2 }, { prompt: "a fox", batchsize: 99 }, { prompt: "a fox", sourceImage: [{ path: "/etc/passwd" }] }]) {
    const { content } = await generateText({ model: model(input) as never, tools: { paint }, prompt: "paint a fox" });
    results.push(content.map(({ type, ...part }: { type: string; output?: unknown; error?: unknown }) => ({ type, output: part.output, error: part.error && String(part.error) })));
  }
  console.log(JSON.stringify({ offered, results }));
`;

test.each([
  ["ai", process.execPath, "v3"],
  ["ai-7", programOf("node-22"), "v3"],
] as const)("tool() of %s takes one, and its calls make images", async (sdk, node, specification) => {
  const server = await startMockServer({ taskDurationMs: 0, imageSize: 8 });
  onTestFinished(() => server.close());
  const folder = await makeScratchFolder("tools");
  await writeFile(join(folder, "example.ts"), example!.code.replace('from "ai"', `from "${sdk}"`));
  await writeFile(join(folder, "program.ts"), program(sdk, specification));
  const flags =
    "--module nodenext --target es2022 --lib es2023,dom,dom.iterable --types node --strict --skipLibCheck";
  const compiler = join(root, "node_modules/typescript-7/bin/tsc");
  const files = [join(folder, "example.ts"), join(folder, "program.ts")];
  const allow = ["--rewriteRelativeImportExtensions", "--ignoreConfig"];
  await run(process.execPath, [compiler, ...flags.split(" "), ...allow, ...files]);
  const env = { PATH: process.env.PATH, TENSORSLAB_API_KEY: "any", TENSORSLAB_BASE_URL: server.url };
  const { stdout } = await run(node, ["program.js"], { cwd: folder, env });
  const { offered, results } = JSON.parse(stdout) as {
    offered: unknown[];
    results: Record<string, unknown>[][];
  };
  expect(offered[0]).toMatchObject({
    name: "paint",
    inputSchema: {
      required: ["prompt"],
      properties: { batchsize: { type: "integer", maximum: 15 } },
      additionalProperties: false,
    },
  });
  expect(results[0]?.at(-1)).toEqual({
    type: "tool-result",
    output: [expect.any(String), expect.any(String)],
  });
  for (const refused of results.slice(1)) expect(JSON.stringify(refused)).toMatch(/tool-error/);
  expect(server.ledger.map(({ images }) => images)).toEqual([2]);
});

test("registerTool takes one, and its calls make images", async () => {
  const service = await startMockServer({ taskDurationMs: 0 });
  const client = createClient({ apiKey: "any", baseUrl: service.url });
  const server = new McpServer({ name: "images", version: "1.0.0" });
  server.registerTool("paint", { inputSchema: inputSchema("seedreamv5") }, async (input) => {
    expectTypeOf(input).toEqualTypeOf<JsonInput<"seedreamv5">>();
    const { urls } = await client.generate("seedreamv5", await toModelInput("seedreamv5", input));
    return { content: [{ type: "text", text: String(urls.length) }] };
  });
  const [near, far] = InMemoryTransport.createLinkedPair();
  const host = new Client({ name: "host", version: "1.0.0" });
  await server.connect(near);
  await host.connect(far);
  onTestFinished(async () => {
    await host.close();
    await server.close();
    await service.close();
  });
  const { tools } = await host.listTools();
  expect(tools[0]?.inputSchema).toEqual(
    inputSchema("seedreamv5")["~standard"].jsonSchema.input({ target: "draft-2020-12" }),
  );
  const paint = (input: object) =>
    host
      .callTool({ name: "paint", arguments: { ...input } })
      .catch((error: Error) => ({ isError: true, content: error.message }));
  const base64 = Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\r", "latin1").toString("base64");
  expect(await paint({ prompt: "a fox", batchsize: 2, sourceImage: [{ base64 }] })).toMatchObject({
    content: [{ type: "text", text: "2" }],
  });
  const refused = await paint({ prompt: "a fox", fox: 1 });
  expect(refused.isError).toBe(true);
  expect(JSON.stringify(refused)).toContain("is not a field of this operation");
  expect(service.ledger).toHaveLength(1);
});
