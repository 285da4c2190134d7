import { appendFile, mkdtemp, open, rm, truncate, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, describe, it, onTestFinished } from "vitest";
import { InvalidInputError, OutcomeUnknownError } from "../../src/index.js";
import type { TensorsLabError } from "../../src/index.js";
import { fileFromPath } from "../../src/node/index.js";
import { failureOf } from "./support/failure.js";
import { startMockClient } from "./support/mock-client.js";

const megabyte = 1024 * 1024;

async function makeFile(bytes: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tensorslab-images-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "photo.png");
  await writeFile(path, Buffer.alloc(bytes, "\x89PNG\r\n\x1a\n", "latin1"));
  return path;
}

const changes: [name: string, change: (path: string) => Promise<void>][] = [
  ["grows", (path) => appendFile(path, "more")],
  ["is emptied", (path) => writeFile(path, "")],
  ["disappears", (path) => unlink(path)],
];

describe("a file that", () => {
  it.each(changes)(
    "%s before it is sent is an input that is named, and nothing is sent",
    async (_, change) => {
      const { server, client } = await startMockClient();
      const paths = [await makeFile(1000), await makeFile(1000)];
      const sourceImage = await Promise.all(paths.map((path) => fileFromPath(path)));
      await change(paths[1]!);
      const error = await failureOf(client.submit("seedreamv5", { prompt: "a red fox", sourceImage }));
      expect(error).toBeInstanceOf(InvalidInputError);
      expect(error).toMatchObject({ outcome: "not-sent", issues: [{ path: "sourceImage[1]" }] });
      expect(error.message).toContain("has changed or is gone");
      expect(server.requests.length).toBe(0);
    },
  );

  /** Submits a large file, which is changed as soon as the request's head is there. */
  async function submitWhileChanging(change: (path: string) => Promise<void>) {
    const path = await makeFile(1000);
    await truncate(path, 32 * megabyte); // much more than what is on its way at a time
    let changed: Promise<void> | undefined;
    const { server, client } = await startMockClient({
      fail() {
        changed ??= change(path);
        return undefined;
      },
    });
    const sourceImage = [await fileFromPath(path)];
    const error = await client.submit("seedreamv5", { prompt: "a red fox", sourceImage }).then(
      () => undefined,
      (reason: TensorsLabError) => reason,
    );
    await changed;
    expect(server.requests.length).toBe(1);
    return { error, charges: server.ledger.length };
  }

  it.each(changes.slice(0, 2))("%s while it is sent leaves the outcome unknown, once", async (_, change) => {
    const { error, charges } = await submitWhileChanging(change);
    expect(error).toBeInstanceOf(OutcomeUnknownError);
    expect(error?.outcome).toBe("unknown");
    expect(charges, "the form never came to its end").toBe(0);
  });

  it("disappears while it is sent is sent whole if it was open already, and else not at all", async () => {
    const { error, charges } = await submitWhileChanging((path) => unlink(path));
    if (error) expect(error).toBeInstanceOf(OutcomeUnknownError);
    expect(charges).toBe(error ? 0 : 1);
  });

  it("is written to in place, with its size kept, is noticed as well", async () => {
    const { server, client } = await startMockClient();
    const path = await makeFile(1000);
    const sourceImage = [await fileFromPath(path)];
    const file = await open(path, "r+");
    await file.write("x", 500);
    await file.utimes(1, 1);
    await file.close();
    const error = await failureOf(client.submit("seedreamv5", { prompt: "a red fox", sourceImage }));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(server.requests.length).toBe(0);
  });
});
