import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { expect, it, onTestFinished } from "vitest";
import { startMockServer } from "../../../src/mock-server/index.js";
import { apiKey, connect } from "./connect.js";
import type { Result } from "./connect.js";

// In the protocol of 2026, a question is a result, and the call comes again with the response and with what the server
// said in the first round. All of that is in the hands of the client, so it is tried here with what it must not accept.

type Json = Record<string, unknown>;

interface Question {
  resultType: "input_required";
  inputRequests: Record<string, { params: { message: string } }>;
  requestState: string;
}

const small = { prompt: "a red fox", resolution: "64x64" };

async function arrange() {
  const server = await startMockServer({ taskDurationMs: 0, apiKeys: [apiKey] });
  const out = await mkdtemp(join(tmpdir(), "tensorslab-images-"));
  onTestFinished(async () => {
    await server.close();
    await rm(out, { recursive: true, force: true });
  });
  const words = ["--base-url", server.url, "--out", out, "--confirm", "always", "--no-preview"];
  const { client } = await connect("client 2, 2026-07-28", words, () =>
    Promise.reject(new Error("never asked")),
  );
  if (!(client instanceof Client)) throw new Error("not the current client");
  const send = (given: Json, round: Json = {}): Promise<unknown> =>
    client.request(
      { method: "tools/call", params: { name: "generate_image", arguments: given, ...round } },
      { allowInputRequired: true },
    );
  return {
    server,
    ask: async (given: Json, round?: Json) => (await send(given, round)) as Question,
    call: async (given: Json, round?: Json) => (await send(given, round)) as unknown as Result,
  };
}

const accept = { confirm: { action: "accept", content: {} } };

it("asks with what it would do, and pays once the person has agreed", async () => {
  const { server, ask, call } = await arrange();
  const question = await ask({ ...small, batchsize: 4 });
  expect(question.resultType).toBe("input_required");
  expect(question.inputRequests.confirm!.params.message).toContain("Make 4 images");
  expect(server.requests).toEqual([]);
  const { requestState } = question;
  const result = await call({ ...small, batchsize: 4 }, { inputResponses: accept, requestState });
  expect(result.structuredContent).toMatchObject({ outcome: "completed", requested: 4 });
  expect(server.ledger).toHaveLength(1);
});

it("takes no response for other arguments, none a second time, and none that it did not ask for", async () => {
  const { server, ask, call } = await arrange();
  const { requestState } = await ask(small);
  const other = await call({ ...small, batchsize: 15 }, { inputResponses: accept, requestState });
  expect([other.isError, other.structuredContent.outcome]).toEqual([true, "not-sent"]);
  expect(other.content[0]!.text).toContain("another call");

  const second = await ask(small);
  const round = { inputResponses: accept, requestState: second.requestState };
  const paid = await call(small, round);
  expect(paid.structuredContent.outcome).toBe("completed");
  expect((await call(small, round)).structuredContent).toEqual(paid.structuredContent); // nothing is paid for that
  expect((await call({ ...small, again: true }, round)).structuredContent.outcome).toBe("not-sent");

  expect((await ask({ ...small, again: true }, { inputResponses: accept })).resultType).toBe(
    "input_required",
  );
  const forged = `${second.requestState.slice(0, -4)}AAAA`;
  await expect(
    call({ ...small, again: true }, { inputResponses: accept, requestState: forged }),
  ).rejects.toThrow("requestState");
  expect(server.ledger).toHaveLength(1);
});

it.each([
  [{ confirm: { action: "decline" } }],
  [{ confirm: { action: "cancel" } }],
  [{}],
  [{ confirm: { roots: [] } }],
  [{ other: { action: "accept", content: {} } }],
])("takes anything but an agreement for none, and does not ask a second time: %j", async (inputResponses) => {
  const { server, ask, call } = await arrange();
  const { requestState } = await ask(small);
  const result = await call(small, { inputResponses, requestState });
  expect([result.isError, result.structuredContent.outcome]).toEqual([true, "not-sent"]);
  const late = await call(small, { inputResponses: accept, requestState });
  expect(late.structuredContent.outcome).toBe("not-sent");
  expect(server.requests).toEqual([]);
});
