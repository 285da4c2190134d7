import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { detectImageType } from "../../src/index.js";
import { makeFolder } from "../support/generate.js";
import { pngBytes } from "./support/images.js";
import { apiKey, command, listImages, readRecords, startServer } from "./support/command.js";

const small = ["--resolution", "32x32"];

describe("generate", () => {
  it("saves the image, prints its path, and keeps a record without the key", async () => {
    const server = await startServer();
    const out = join(await makeFolder(), "new");
    const words = ["generate", "a red fox", ...small, "--out", out, "--base-url", server.url];
    const { exitCode, output } = await command(words);
    expect(exitCode).toBe(0);
    const [image] = await listImages(out);
    expect(output).toBe(`${join(out, image!)}\n`);
    expect(detectImageType(await readFile(join(out, image!)))?.extension).toBe("png");

    const [[id, record]] = Object.entries(await readRecords(out)) as [[string, Record<string, unknown>]];
    const [charge] = server.ledger;
    expect(server.ledger).toHaveLength(1);
    expect(record).toEqual({
      version: 2,
      id,
      service: `${server.url}/`,
      model: "seedreamv5",
      input: { prompt: "a red fox", resolution: "32x32" },
      images: 1,
      attempt: 1,
      state: "saved",
      taskid: charge!.taskid,
      completedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      files: [image],
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      updatedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
    for (const name of await readdir(out))
      expect(await readFile(join(out, name), "latin1")).not.toContain(apiKey);
  });

  it("is what a prompt without a command means, and prints one JSON object with --json", async () => {
    const server = await startServer();
    const out = await makeFolder();
    const words = [
      "a red fox",
      ...small,
      "--json",
      "--out",
      out,
      "--batchsize",
      "2",
      "--base-url",
      server.url,
    ];
    const { exitCode, json } = await command(words);
    const images = await listImages(out);
    expect(exitCode).toBe(0);
    expect(images).toHaveLength(2);
    expect(json).toEqual({
      ok: true,
      command: "generate",
      exitCode: 0,
      record: expect.stringContaining(out) as string,
      taskid: server.ledger[0]!.taskid,
      width: 32,
      height: 32,
      requested: 2,
      received: 2,
      files: images.map((name) => join(out, name)),
    });
  });

  it("sends files and an address where the model takes them", async () => {
    const server = await startServer();
    const folder = await makeFolder();
    const photos = [join(folder, "a.png"), join(folder, "b.png")];
    for (const photo of photos) await writeFile(photo, pngBytes);
    const sources = ["--source", ...photos, "https://example.com/c.png"];
    const words = ["generate", "night", ...sources, ...small, "--base-url", server.url, "--out", folder];
    expect((await command(words)).exitCode).toBe(0);
    const [{ fields, files }] = server.requests as unknown as [
      { fields: Record<string, string>; files: { field: string; filename: string }[] },
    ];
    expect(fields).toMatchObject({ prompt: "night", imageUrl: "https://example.com/c.png" });
    expect(files.map(({ field, filename }) => [field, filename])).toEqual([
      ["sourceImage", "a.png"],
      ["sourceImage", "b.png"],
    ]);
  });

  it("reads the prompt from standard input", async () => {
    const server = await startServer();
    const words = ["-", ...small, "--base-url", server.url, "--out", await makeFolder()];
    expect((await command(words, { input: "a fox\nin snow\n" })).exitCode).toBe(0);
    expect(server.requests[0]!.fields).toMatchObject({ prompt: "a fox\nin snow" });
    const empty = await command(words, { input: "\n" });
    expect([empty.exitCode, empty.errors]).toEqual([2, expect.stringContaining("no prompt")]);
  });

  it("takes the key from a file, and the address from the environment", async () => {
    const server = await startServer();
    const folder = await makeFolder();
    await writeFile(join(folder, "key"), `${apiKey}\n`);
    const words = ["a fox", ...small, "--out", folder, "--api-key-file"];
    const environment = { TENSORSLAB_API_KEY: undefined, TENSORSLAB_BASE_URL: server.url };
    expect((await command([...words, join(folder, "key")], { environment })).exitCode).toBe(0);
    // As the shell of Windows writes it.
    await writeFile(join(folder, "key"), Buffer.from(`\ufeff${apiKey}\r\n`, "utf16le"));
    expect((await command([...words, join(folder, "key")], { environment })).exitCode).toBe(0);
    await writeFile(join(folder, "empty"), " \n");
    await writeFile(join(folder, "garbled"), Buffer.from("sk-sch\xfcssel-1234567890", "latin1"));
    for (const name of ["empty", "missing", "garbled"]) {
      const { exitCode, errors } = await command([...words, join(folder, name)], { environment });
      expect([exitCode, errors]).toEqual([3, expect.stringContaining(name)]);
    }
  });

  it("shows the request with --dry-run, needs no key and sends nothing", async () => {
    const server = await startServer();
    const folder = await makeFolder();
    await writeFile(join(folder, "photo.png"), pngBytes);
    const out = join(folder, "out");
    const source = ["--source", join(folder, "photo.png")];
    const words = [
      "a fox",
      "--dry-run",
      ...source,
      "--batchsize",
      "3",
      "--out",
      out,
      "--base-url",
      server.url,
    ];
    const environment = { TENSORSLAB_API_KEY: undefined };
    const plain = await command(words, { environment });
    expect(plain.exitCode).toBe(0);
    expect(plain.output).toContain(`POST ${server.url}/v1/images/seedreamv5\n`);
    expect(plain.output).toMatch(/^prompt: a fox\n(.*\n)?batchsize: 3\n/m);
    const { json } = await command([...words, "--json"], { environment });
    expect(json).toMatchObject({
      ok: true,
      dryRun: true,
      request: {
        method: "POST",
        contentType: expect.stringContaining("multipart/form-data; boundary=") as string,
        fields: { sourceImage: [{ name: "photo.png", type: "image/png", bytes: pngBytes.length }] },
      },
    });
    expect(server.requests).toHaveLength(0);
    expect(await readdir(folder)).toEqual(["photo.png"]);
  });

  it("runs on a mock server of its own with --mock", async () => {
    const out = await makeFolder();
    const environment = { TENSORSLAB_API_KEY: undefined };
    const { exitCode } = await command(["a fox [mock:instant]", ...small, "--mock", "--out", out], {
      environment,
    });
    expect(exitCode).toBe(0);
    expect(await listImages(out)).toHaveLength(1);
    const [record] = Object.values(await readRecords(out));
    expect(record).toMatchObject({ service: "mock", state: "saved" });

    const typo = await command(["a fox [mock:typo]", "--mock", "--out", out], { environment });
    expect(typo.exitCode).toBe(5);
    expect(typo.errors).toMatch(/\[mock:typo\].*\[mock:refuse\], .*\[mock:task-failed\]/);
  });

  it("makes an image without a word under npm start, on the mock server and saying so", async () => {
    const out = await makeFolder();
    const start = { npm_lifecycle_event: "start", npm_package_name: "tensorslab-images" };
    const words = [...small, "--out", out];
    const trial = await command(words, { environment: { ...start, TENSORSLAB_API_KEY: "" } });
    expect(trial.exitCode).toBe(0);
    expect(trial.errors).toContain("built-in mock server");
    expect(await listImages(out)).toHaveLength(1);

    const server = await startServer();
    const real = await command([...words, "--base-url", server.url], { environment: start });
    expect([real.exitCode, server.ledger.length]).toEqual([0, 1]);
    expect(real.errors).not.toContain("mock");

    const elsewhere = await command(words, { environment: { ...start, npm_package_name: "another" } });
    expect([elsewhere.exitCode, elsewhere.errors]).toEqual([2, expect.stringContaining("No prompt")]);
  });

  it("submits again after a 429, and says so", async () => {
    const server = await startServer({
      fail: ({ role, ordinalOfRole }) =>
        role === "submit" && ordinalOfRole === 1
          ? { kind: "response", status: 429, headers: { "retry-after": "0" } }
          : undefined,
    });
    const words = ["a fox", ...small, "--base-url", server.url, "--out", await makeFolder()];
    const { exitCode, errors } = await command(words);
    expect([exitCode, server.ledger.length]).toEqual([0, 1]);
    expect(errors).toContain("too many requests; submitting again in 0 s");
  });

  it("shows nothing but results with --quiet", async () => {
    const server = await startServer({ imageSize: 16 });
    const words = ["a fox", "--quiet", "--base-url", server.url, "--out", await makeFolder()];
    expect((await command(words)).errors).toBe("");
  });
});
