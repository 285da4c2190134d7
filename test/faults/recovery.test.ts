import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createClient } from "../../src/index.js";
import type { Fetch, ModelInput, Outcome } from "../../src/index.js";
import { startMockServer } from "../../src/mock-server/index.js";
import type { MockFailure, MockRequest } from "../../src/mock-server/index.js";
import { refusingUrl } from "../support/closed-port.js";
import { apiKey, failureOf } from "./support/failure.js";

const root = new URL("../../", import.meta.url);
const answer = (status: number, body = "", headers = {}): MockFailure => ({
  kind: "response",
  status,
  body,
  headers,
});
const stated = (code: number, data?: unknown) => JSON.stringify({ code, msg: "so it is", data });

type MakeImages = (input: ModelInput<"seedreamv5">) => Promise<string[]>;

/** The program of the guide that recovers from each row, with a client of ours and the sources in place of the package. */
async function loadProgram(client: ReturnType<typeof createClient>): Promise<MakeImages> {
  const guide = await readFile(new URL("src/reliability/README.md", root), "utf8");
  const [, block = ""] = /A program that recovers from each row:\n\n```ts\n(.*?)^```$/ms.exec(guide) ?? [];
  const [definitions = ""] = block.split("\nconsole.log(");
  const folder = await mkdtemp(join(tmpdir(), "tensorslab-images-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const source = definitions
    .replaceAll('"tensorslab-images"', JSON.stringify(fileURLToPath(new URL("src/index.ts", root))))
    .replaceAll('"tensorslab-images/node"', JSON.stringify(fileURLToPath(new URL("src/node/index.ts", root))))
    .replace(
      "createClient()",
      "(globalThis as { client?: unknown }).client as ReturnType<typeof createClient>",
    )
    .replace("async function makeImages", "export async function makeImages")
    .replace('"images"', JSON.stringify(join(folder, "images")));
  await writeFile(join(folder, "program.ts"), source);
  Object.assign(globalThis, { client });
  const { makeImages } = (await import(join(folder, "program.ts"))) as { makeImages: MakeImages };
  return makeImages;
}

/** The failures, each with the end that it must come to. */
interface Row {
  name: string;
  fail?: (request: MockRequest) => MockFailure | undefined;
  /** Number of connections that are refused at first. */
  refused?: number;
  ends: "saved" | Outcome;
  charges: number;
}

const onSubmits = (count: number, failure: MockFailure) => (request: MockRequest) =>
  request.role === "submit" && request.ordinalOfRole <= count ? failure : undefined;
const onReads = (count: number, failure: MockFailure) => (request: MockRequest) =>
  request.role === "status" && request.ordinalOfRole <= count ? failure : undefined;

const rows: Row[] = [
  { name: "nothing goes wrong", ends: "saved", charges: 1 },
  { name: "the service is not reached for a while", refused: 4, ends: "saved", charges: 1 },
  { name: "the key is refused", fail: onSubmits(9, answer(401)), ends: "rejected", charges: 0 },
  {
    name: "the credits are used up",
    fail: onSubmits(9, answer(200, stated(9000))),
    ends: "rejected",
    charges: 0,
  },
  {
    name: "there are too many requests",
    fail: onSubmits(4, answer(429, "", { "retry-after": "0" })),
    ends: "saved",
    charges: 1,
  },
  {
    name: "the service refuses",
    fail: onSubmits(9, answer(200, stated(9999))),
    ends: "rejected",
    charges: 0,
  },
  {
    name: "the answer is lost",
    fail: onSubmits(9, { kind: "reset", charged: true }),
    ends: "unknown",
    charges: 1,
  },
  {
    name: "the key is refused for a while when the task is read",
    fail: onReads(1, answer(401)),
    ends: "saved",
    charges: 1,
  },
  {
    name: "the task is read as something odd",
    fail: onReads(1, answer(200, '{"status":"ok"}')),
    ends: "saved",
    charges: 1,
  },
  {
    name: "the submit is answered oddly, with a task that exists",
    fail: ({ role }) =>
      role === "submit"
        ? { kind: "alter", alter: (body) => body.toString().replace('"code":1000', '"code":1234') }
        : undefined,
    ends: "saved",
    charges: 1,
  },
  {
    name: "an image has expired",
    fail: ({ role, ordinalOfRole }) => (role === "result" && ordinalOfRole === 1 ? answer(403) : undefined),
    ends: "saved",
    charges: 1,
  },
];

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("the guide's program that recovers from each row", () => {
  it.each(rows)("when $name", async ({ fail, refused = 0, ends, charges }) => {
    const server = await startMockServer({ taskDurationMs: 0, fail });
    onTestFinished(() => server.close());
    const refusing = await refusingUrl();
    let left = refused;
    const attempt: Fetch = (url, init) =>
      fetch(left-- > 0 ? String(url).replace(server.url, refusing) : url, init);
    const makeImages = await loadProgram(createClient({ apiKey, baseUrl: server.url, fetch: attempt }));
    const images = makeImages({ prompt: "a red fox", resolution: "64x64" });
    if (ends === "saved") expect(await images).toEqual([expect.stringMatching(/-1\.png$/)]);
    else expect(await failureOf(images)).toMatchObject({ outcome: ends });
    expect(server.ledger.length).toBe(charges);
  });

  it("when the task itself fails", async () => {
    const server = await startMockServer({ taskDurationMs: 0 });
    onTestFinished(() => server.close());
    const makeImages = await loadProgram(createClient({ apiKey, baseUrl: server.url }));
    const error = await failureOf(makeImages({ prompt: "a red fox [mock:task-failed]" }));
    expect(error).toMatchObject({ code: "TASK_FAILED", taskid: server.ledger[0]?.taskid });
    expect(server.ledger.length).toBe(1);
  });
});
