import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { modelSchemas } from "../../../generated/model-schemas.js";
import { models } from "../../../generated/operations.js";
import { buildCommand } from "../../cli/support/child.js";
import { apiKey, command, listImages, startServer } from "../../cli/support/command.js";
import { pngBytes } from "../../cli/support/images.js";
import { makeFolder, root } from "../../support/generate.js";
import { serveAgent, startAgent, textOf } from "../../mcp/support/agent.js";
import type { Settings } from "../../mcp/support/agent.js";

let program: string;
beforeAll(async () => {
  program = await buildCommand();
});

const small = { prompt: "a red fox", resolution: "64x64" };

async function arrange() {
  return { server: await startServer(), out: await makeFolder() };
}

/** The server in this process. */
async function serveHere(settings: Settings = {}) {
  const { server, out } = await arrange();
  return { server, out, agent: await serveAgent(server.url, out, settings) };
}

/** The command in a process of its own. */
async function start(...words: string[]) {
  const { server, out } = await arrange();
  return {
    server,
    out,
    agent: await startAgent(program, ["--base-url", server.url, "--out", out, ...words]),
  };
}

describe("tools", () => {
  it("are listed with schemas from the document and with what they do to the world", async () => {
    const { agent } = await serveHere();
    const { tools } = (await agent.request("tools/list")) as { tools: Record<string, never>[] };
    const byName = Object.fromEntries(tools.map((tool) => [tool.name, tool])) as Record<
      string,
      {
        inputSchema: { properties: Record<string, unknown>; required: string[] };
        outputSchema: { properties: Record<string, unknown> };
        annotations: Record<string, boolean>;
      }
    >;
    expect(Object.keys(byName)).toEqual([
      "generate_image",
      "edit_image",
      "get_task",
      "wait_for_task",
      "download",
      "list_recent",
    ]);
    const { properties, required } = modelSchemas.seedreamv5.schema;
    const { inputSchema, annotations, outputSchema } = byName.generate_image!;
    expect(inputSchema.properties).toMatchObject({
      prompt: properties.prompt,
      batchsize: properties.batchsize,
    });
    expect(inputSchema.required).toEqual(required);
    expect(inputSchema.properties.model).toMatchObject({ enum: Object.keys(models) });
    expect(Object.keys(byName.edit_image!.inputSchema.properties)).toEqual(
      expect.arrayContaining([...Object.keys(properties), "again"]),
    );
    expect(inputSchema.properties).not.toHaveProperty("sourceImage");
    expect(annotations).toEqual({
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: false,
      openWorldHint: true,
    });
    expect(byName.list_recent!.annotations).toMatchObject({ readOnlyHint: true, openWorldHint: false });
    expect(Object.keys(outputSchema.properties)).toEqual(
      expect.arrayContaining(["taskid", "files", "width", "height", "requested", "outcome"]),
    );
  });

  it("make images: structured content, a link to each file, and small previews", async () => {
    const { agent, out, server } = await serveHere({ withPreview: true });
    const result = await agent.call("generate_image", {
      prompt: "a fox",
      resolution: "1600x800",
      batchsize: 2,
    });
    const { taskid } = server.ledger[0]!;
    const files = [1, 2].map((number) => join(out, `${taskid}-${number}.png`));
    expect(result.structuredContent).toEqual({
      outcome: "completed",
      taskid,
      requested: 2,
      files,
      width: 1600,
      height: 800,
    });
    expect(await listImages(out)).toHaveLength(2);
    const links = result.content.filter(({ type }) => type === "resource_link");
    expect(links.map(({ uri }) => uri)).toEqual(files.map((file) => `file://${file}`));
    const previews = result.content.filter(({ type }) => type === "image");
    expect(previews.map(({ mimeType }) => mimeType)).toEqual(["image/jpeg", "image/jpeg"]);
    for (const { data = "" } of previews) {
      const bytes = Buffer.from(data, "base64");
      expect(bytes.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
      expect(data.length).toBeLessThan(200_000);
    }
  });

  it("show no images if they are not wanted", async () => {
    const { agent } = await serveHere();
    const { content, structuredContent } = await agent.call("generate_image", small);
    expect(content.map(({ type }) => type)).toEqual(["text", "resource_link"]);
    expect(structuredContent).toMatchObject({ width: 64, height: 64 });
  });

  it("run on the mock server without a key", async () => {
    const out = await makeFolder();
    const agent = await startAgent(program, ["--mock", "--out", out], {
      environment: { TENSORSLAB_API_KEY: "" },
    });
    expect((await agent.call("generate_image", small)).structuredContent.outcome).toBe("completed");
    expect(await listImages(out)).toHaveLength(1);
  });

  it("refuse arguments that are invalid, and say what would be valid", async () => {
    const { agent, server } = await serveHere();
    const calls: [string, Record<string, unknown>, string][] = [
      ["generate_image", { prompt: "a fox", batchsize: 99 }, "batchsize"],
      ["generate_image", {}, "prompt"],
      ["generate_image", { prompt: "a fox", sourceImage: ["a.png"] }, "edit_image"],
      ["generate_image", { prompt: "a fox", resolutoin: "2K" }, "resolutoin"],
      ["generate_image", { prompt: "a fox", model: "other" }, "seedreamv5"],
      ["generate_image", { prompt: "a fox", again: "yes" }, "again"],
      ["edit_image", { prompt: "a fox" }, "sourceImage"],
      [
        "edit_image",
        { prompt: "a fox", sourceImage: ["ftp://example.com/a.png"] },
        "ftp://example.com/a.png",
      ],
      ["edit_image", { prompt: "a fox", imageUrl: "file:///etc/passwd" }, "imageUrl"],
      ["get_task", { taskid: "" }, "taskid"],
      ["list_recent", { limit: 1000 }, "limit"],
    ];
    for (const [tool, given, named] of calls) {
      const result = await agent.call(tool, given);
      expect(result.isError).toBe(true);
      expect(textOf(result)).toContain(named);
    }
    expect(server.requests).toEqual([]);
  });
});

describe("the process", () => {
  it("writes nothing but messages to standard output, and the key nowhere", async () => {
    const { agent, out } = await start("--verbose", "--no-preview");
    await agent.call("generate_image", { prompt: `${apiKey} [mock:refuse]`, resolution: "64x64" });
    await agent.call("generate_image", small);
    agent.process.stdin!.end();
    expect(await agent.ended).toBe(0);
    for (const line of agent.lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: "2.0" });
    expect(agent.errors()).toMatch(/^submit .*HTTP 200/m);
    expect(agent.errors()).not.toContain(apiKey);
    expect(await readdir(out)).not.toEqual([]);
  });

  it("takes folders, limits and rules from its flags", async () => {
    const photos = await makeFolder();
    await writeFile(join(photos, "fox.png"), pngBytes);
    const limits = ["--max-images-per-session", "2", "--max-images-per-day", "1", "--confirm", "above:1"];
    const { agent, server } = await start(
      "--root",
      photos,
      "--no-preview",
      "--respond-within",
      "600",
      ...limits,
    );
    const { content } = await agent.call("edit_image", { ...small, sourceImage: ["fox.png"] });
    expect(content.map(({ type }) => type)).toEqual(["text", "resource_link"]);
    const two = await agent.call("generate_image", { ...small, batchsize: 2 });
    expect(textOf(two)).toContain("--confirm");
    expect(textOf(await agent.call("generate_image", small))).toContain("--max-images-per-day");
    expect(server.ledger).toHaveLength(1);
  });

  it("ends when standard input does, although a task is waited for; a later one resumes it", async () => {
    const { agent, out, server } = await start();
    const { result } = agent.begin("generate_image", { prompt: "a fox [mock:stuck]" }, { progressToken: 1 });
    await agent.notified("notifications/progress", ({ message }) =>
      /^task .*queued|processing/.test(String(message)),
    );
    agent.process.stdin!.end();
    expect(await agent.ended).toBe(0);
    const { structuredContent, content } = await result;
    expect(structuredContent).toMatchObject({ outcome: "running", taskid: server.ledger[0]!.taskid });
    expect(content[0]!.text).toMatch(/is not finished\. The server was stopped\.\nCall wait_for_task/);
    expect((await command(["records", out])).output).toContain("accepted");
  });

  it("responds to what came right before the end of standard input, and submits nothing more", async () => {
    const { agent, server } = await start();
    const { result: listed } = agent.begin("list_recent", {});
    const { result: made } = agent.begin("generate_image", { prompt: "a fox" });
    agent.process.stdin!.end();
    expect(await agent.ended).toBe(0);
    expect((await listed).structuredContent.generations).toEqual([]);
    expect((await made).structuredContent).toMatchObject({ outcome: "not-sent", next: "Call again." });
    expect(server.requests).toEqual([]);
  });

  it("ends when it is told to by the system", async () => {
    const { agent } = await start();
    agent.process.kill("SIGTERM");
    expect(await agent.ended).toBe(0);
  });

  it("survives garbage on standard input", async () => {
    const { agent } = await start();
    agent.write('not JSON\n{}\n[]\nnull\n\n\r\n{"jsonrpc":"2.0"}\n{"jsonrpc":"1.0","id":1,"method":"x"}\n');
    agent.write(Buffer.from([0, 255, 254, 10, 0xc3, 0x28, 10]));
    agent.write(`${"[".repeat(100_000)}\n`);
    agent.write(`${"x".repeat(12 * 1024 * 1024)}\n`);
    await expect(agent.request("no/such/method")).rejects.toThrow("-32601");
    await expect(agent.request("tools/call", { name: "__proto__", arguments: {} })).rejects.toThrow("-32602");
    await expect(agent.request("tools/call", { name: "generate_image", arguments: [] })).rejects.toThrow(
      "-32602",
    );
    expect((await agent.call("generate_image", small)).structuredContent.outcome).toBe("completed");
    expect(agent.errors()).toContain("too long");
  });

  it("says what is missing when it starts: a key, or a folder that can be used", async () => {
    const out = await makeFolder();
    const environment = { TENSORSLAB_API_KEY: "" };
    const none = await command(["mcp", "--out", out], { environment });
    expect([none.exitCode, none.output]).toEqual([3, ""]);
    const unfit = await command(["mcp", "--out", "/dev/null/images"]);
    expect([unfit.exitCode, unfit.errors]).toEqual([2, expect.stringContaining("--out")]);
    const rule = await command(["mcp", "--out", out, "--confirm", "sometimes"]);
    expect([rule.exitCode, rule.errors]).toEqual([2, expect.stringContaining("above:N")]);
  });

  it("is started by the configurations of its guide", async () => {
    const guide = await readFile(join(root, "src/mcp/README.md"), "utf8");
    const known = (await command(["mcp", "--help"])).output;
    const configurations = [...guide.matchAll(/^```json\n([^]*?)^```/gm)].map(
      ([, json = ""]) => JSON.parse(json) as Record<string, Record<string, { args: string[]; env: object }>>,
    );
    const servers = configurations.flatMap((all) => Object.values(all.mcpServers ?? all.servers ?? {}));
    expect(servers).toHaveLength(2);
    for (const { args, env } of servers) {
      expect(args.slice(0, 3)).toEqual(["-y", "tensorslab-images", "mcp"]);
      for (const flag of args.filter((word) => word.startsWith("--"))) expect(known).toContain(flag);
      expect(Object.keys(env)).toEqual(["TENSORSLAB_API_KEY"]);
    }
    expect(guide).toContain("[mcp_servers.tensorslab-images]");
    for (const [flag] of known.matchAll(/--(?:root|confirm|max|answer|no-preview)[\w-]*/g))
      expect(guide).toContain(flag);
  });

  it("is known to the help and to the completion", async () => {
    expect((await command(["--help"])).output).toContain("mcp [options]");
    expect((await command(["mcp", "--help"])).output).toContain("--max-images-per-session");
    expect((await command(["complete", "--", "mc"])).output).toBe("mcp\n");
    expect((await command(["complete", "--", "mcp", "--conf"])).output).toBe("--confirm\n");
  });
});
