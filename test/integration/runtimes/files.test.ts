// Files from disk and from memory, on every runtime: each part's bytes are compared as they arrived. They are longer than what
// is read at once.
import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startCaptureServer } from "../../support/capture-server.js";
import { readForm } from "../../support/form.js";
import { makeScratchFolder } from "../support/places.js";
import { run } from "../support/run.js";
import { olderBun, programOf, runtimes } from "./programs.js";

const program = `
  import { openAsBlob, readFileSync } from "node:fs";
  import { createClient } from "tensorslab-images";
  import { fileFromPath } from "tensorslab-images/node";
  const client = createClient({ apiKey: "key-12345", baseUrl: process.argv[2] });
  const bytes = new Uint8Array(readFileSync("file.bin"));
  const files = {
    fileFromPath: await fileFromPath("file.bin"),
    openAsBlob: await openAsBlob("file.bin"),
    "a File of openAsBlob": new File([await openAsBlob("file.bin")], "a.bin"),
    "a slice of openAsBlob": (await openAsBlob("file.bin")).slice(1000, 2_100_000),
    "a buffer": bytes,
    "a Blob": new Blob([bytes]),
  };
  if (globalThis.Bun) {
    files["Bun.file"] = Bun.file("file.bin");
    files["a slice of Bun.file"] = Bun.file("file.bin").slice(1000, 2_100_000);
    files["a File of Bun.file"] = new File([Bun.file("file.bin")], "a.bin");
  }
  for (const file of Object.values(files)) {
    await client.submit("seedreamv5", { prompt: "x", sourceImage: [file, bytes] });
  }
  console.log(JSON.stringify(Object.keys(files)));
`;

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test.each([...runtimes, olderBun] as const)("%s", async (runtime) => {
  const server = await startCaptureServer();
  onTestFinished(() => server.close());
  const folder = await makeScratchFolder("files");
  const bytes = randomBytes(2_500_000);
  await writeFile(join(folder, "file.bin"), bytes);
  await writeFile(join(folder, "program.mjs"), program);
  const flags = runtime === "deno" ? ["run", "--allow-all", "--no-prompt", "--node-modules-dir=manual"] : [];
  const { stdout } = await run(programOf(runtime), [...flags, "program.mjs", server.url], {
    cwd: folder,
    timeout: 120_000,
  });
  const names = JSON.parse(stdout) as string[];
  expect(server.requests).toHaveLength(names.length);
  expect(names.length).toBeGreaterThanOrEqual(runtime.startsWith("bun") ? 9 : 6);

  for (const [index, name] of names.entries()) {
    const request = server.requests[index]!;
    // The older one announces no length of a stream, whatever its headers say.
    const isAnnounced = runtime !== olderBun;
    if (isAnnounced) expect(request.headers["content-length"], name).toBe(String(request.body.length));
    const expected = name.startsWith("a slice") ? bytes.subarray(1000, 2_100_000) : bytes;
    const parts = await readForm(request);
    expect(
      parts.map((part) => ("bytes" in part ? [part.bytes.length, digest(part.bytes)] : part.text)),
      name,
    ).toEqual(["x", [expected.length, digest(expected)], [bytes.length, digest(bytes)]]);
  }
});
