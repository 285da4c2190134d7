import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readRule } from "../../src/cli/commands/mcp.js";
import { startServer } from "../cli/support/command.js";
import { pngBytes } from "../cli/support/images.js";
import { makeFolder } from "../support/generate.js";
import { serveAgent, textOf } from "./support/agent.js";
import type { Settings } from "./support/agent.js";

const small = { prompt: "a red fox", resolution: "64x64" };

async function start(settings: Settings, ...answers: (string | Promise<never>)[]) {
  const server = await startServer();
  const out = await makeFolder();
  const questions: string[] = [];
  const onQuestion = async ({ message }: Record<string, unknown>) => {
    questions.push(String(message));
    return { action: await answers[questions.length - 1], content: {} };
  };
  const asked = answers.length > 0 ? { onQuestion } : {};
  const agent = await serveAgent(server.url, out, { ...settings, ...asked });
  return { server, out, agent, questions };
}

describe("a person who can be asked", () => {
  it("is asked before each payment, and not for what is there already", async () => {
    const { agent, server, questions } = await start({}, "accept", "accept");
    await agent.call("generate_image", { ...small, batchsize: 4 });
    await agent.call("generate_image", { ...small, batchsize: 4 });
    await agent.call("generate_image", { prompt: "\u001b[31ma fox\u202e\nPay nothing", resolution: "64x64" });
    expect(questions).toEqual([
      expect.stringContaining('Make 4 images with seedreamv5? They are paid for. Prompt: "a red fox"'),
      expect.stringContaining(
        'Make 1 image with seedreamv5? It is paid for. Prompt: "\\\\u001b[31ma fox\\\\u202e',
      ),
    ]);
    expect(server.ledger).toHaveLength(2);
  });

  it("is shown which images would be sent", async () => {
    const { agent, out, questions } = await start({}, "decline", "decline");
    await writeFile(join(out, "fox\u202e.png"), pngBytes);
    const given = { ...small, sourceImage: ["fox\u202e.png", "https://example.com/owl.png"] };
    await agent.call("edit_image", given);
    expect(questions).toEqual([expect.stringContaining("from fox\\u202e.png, https://example.com/owl.png?")]);
  });

  it.each(["decline", "cancel"])(
    "ends the call with %s: it is asked once, and nothing is paid",
    async (action) => {
      const { agent, server, questions } = await start({ confirm: readRule("always") }, action);
      const result = await agent.call("generate_image", small);
      expect(result.structuredContent).toEqual({ outcome: "not-sent", files: [] });
      expect(result.isError).toBe(true);
      expect(textOf(result)).toMatch(/Do not call again unless they ask for it\. .*nothing was paid/);
      expect(questions).toHaveLength(1);
      expect(server.requests).toEqual([]);
    },
  );

  it("is asked above a number of images only", async () => {
    const { agent, server, questions } = await start({ confirm: readRule("above:2") }, "decline");
    await agent.call("generate_image", { ...small, batchsize: 2 });
    expect(questions).toEqual([]);
    await agent.call("generate_image", { ...small, batchsize: 3 });
    expect(questions).toHaveLength(1);
    expect(server.ledger).toHaveLength(1);
  });

  it("is never asked with --confirm never", async () => {
    const { agent, server, questions } = await start({ confirm: readRule("never") }, "decline");
    await agent.call("generate_image", { ...small, batchsize: 15 });
    expect(questions).toEqual([]);
    expect(server.ledger).toHaveLength(1);
  });

  it("may take too long: the call ends in time, and nothing is paid", async () => {
    const { agent, server } = await start({ respondWithinMs: 300 }, new Promise(() => undefined));
    const result = await agent.call("generate_image", small);
    expect(textOf(result)).toContain("did not respond in time. Nothing was sent");
    expect(server.requests).toEqual([]);
  });
});

describe("a client that cannot ask", () => {
  it("pays without a question, unless the server was told to ask", async () => {
    const { agent, server } = await start({});
    expect((await agent.call("generate_image", small)).structuredContent.outcome).toBe("completed");
    expect(server.ledger).toHaveLength(1);
  });

  it.each([["always"], ["above:1"]])("is refused with --confirm %s", async (rule) => {
    const { agent, server } = await start({ confirm: readRule(rule) });
    const result = await agent.call("generate_image", { ...small, batchsize: 2 });
    expect(textOf(result)).toContain("this client cannot ask");
    expect(server.requests).toEqual([]);
  });
});

describe("budgets", () => {
  it("of a session: what is used up is refused clearly, and what was refused by the service is not counted", async () => {
    const { agent, server } = await start({ maxImages: { run: 3 } });
    await agent.call("generate_image", { ...small, prompt: "a fox [mock:refuse]", batchsize: 3 });
    await agent.call("generate_image", { ...small, batchsize: 2 });
    await agent.call("generate_image", { ...small, batchsize: 2 }); // the same again
    const result = await agent.call("generate_image", { ...small, prompt: "another fox", batchsize: 2 });
    expect([result.structuredContent.outcome, result.isError]).toEqual(["not-sent", true]);
    expect(textOf(result)).toMatch(
      /limit of 3 .*nothing was paid.*Do not try again.*--max-images-per-session/,
    );
    expect((await agent.call("generate_image", { ...small, prompt: "another fox" })).isError).toBeUndefined();
    expect(server.ledger.map(({ images }) => images)).toEqual([2, 1]);
  });

  it("of a day: it is shared by all servers of the folder, and outlives them", async () => {
    const server = await startServer();
    const out = await makeFolder();
    const first = await serveAgent(server.url, out, { maxImages: { day: 2 } });
    await first.call("generate_image", { ...small, batchsize: 2 });
    const second = await serveAgent(server.url, out, { maxImages: { day: 2 } });
    const result = await second.call("generate_image", { ...small, prompt: "another fox" });
    expect(textOf(result)).toMatch(/limit of 2 .*day.*--max-images-per-day/);
    expect(server.ledger).toHaveLength(1);
  });
});
