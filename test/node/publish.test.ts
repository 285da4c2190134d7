import { link, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { publish, TargetTaken, writeTemporary } from "../../src/node/image-files.js";
import { test } from "./fixtures.js";

async function* chunksOf(...chunks: (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    if (chunk instanceof Error) throw chunk;
    yield Buffer.from(chunk);
  }
}

/** The error of a file system without hard links. */
const noLinks: typeof link = async () => {
  throw Object.assign(new Error("operation not permitted"), { code: "EPERM" });
};

describe("writeTemporary", () => {
  test("writes a hidden file", async ({ folder }) => {
    const path = await writeTemporary(folder, chunksOf("a", "b"));
    expect(await readdir(folder)).toEqual([expect.stringMatching(/^\.[0-9a-f-]{36}\.part$/)]);
    expect(await readFile(path, "utf8")).toBe("ab");
  });

  test("leaves none if the chunks end in an error", async ({ folder }) => {
    const error = new Error("cut off");
    await expect(writeTemporary(folder, chunksOf("a", error))).rejects.toBe(error);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe.each([
  ["with hard links", link],
  ["without hard links", noLinks],
])("publish %s", (_, makeLink) => {
  test("gives the file its name", async ({ folder }) => {
    const target = join(folder, "target");
    await publish(await writeTemporary(folder, chunksOf("image")), [target], makeLink);
    expect(await readdir(folder)).toEqual(["target"]);
    expect(await readFile(target, "utf8")).toBe("image");
  });

  test("is content with a file that is the same", async ({ folder }) => {
    const target = join(folder, "target");
    await writeFile(target, "image");
    await publish(await writeTemporary(folder, chunksOf("image")), [target], makeLink);
    expect(await readdir(folder)).toEqual(["target"]);
  });

  test.for(["imagE", "longer image", ""])(
    "does not touch a different file (%j)",
    async (content, { folder }) => {
      const target = join(folder, "target");
      await writeFile(target, content);
      const publishing = publish(await writeTemporary(folder, chunksOf("image")), [target], makeLink);
      await expect(publishing).rejects.toThrow(TargetTaken);
      await expect(publishing).rejects.toThrow(`${target} already exists and is different`);
      expect(await readFile(target, "utf8")).toBe(content);
      expect(await readdir(folder)).toEqual(["target"]);
    },
  );

  test("does not touch a folder, nor write through a link that leads nowhere", async ({ folder }) => {
    await mkdir(join(folder, "folder"));
    await symlink(join(folder, "nowhere"), join(folder, "link"));
    const publishAs = async (name: string) =>
      publish(await writeTemporary(folder, chunksOf("image")), [join(folder, name)], makeLink);
    await expect(publishAs("folder")).rejects.toThrow(TargetTaken);
    await expect(publishAs("link")).rejects.toThrow("ENOENT");
    expect(await readdir(folder)).toEqual(["folder", "link"]);
  });

  test("takes the first name that is free or has the same bytes, and says so", async ({ folder }) => {
    const names = ["taken", "second", "third"].map((name) => join(folder, name));
    await writeFile(names[0]!, "another image");
    for (const _ of ["free", "the same bytes"]) {
      const path = await publish(await writeTemporary(folder, chunksOf("image")), names, makeLink);
      expect(path).toBe(names[1]);
    }
    expect(await readdir(folder)).toEqual(["second", "taken"]);
    expect(await readFile(names[0]!, "utf8")).toBe("another image");
  });

  test("lets one of many win, and loses none of the bytes", async ({ folder }) => {
    const target = join(folder, "target");
    const attempts = Array.from({ length: 20 }, async (_, number) =>
      publish(await writeTemporary(folder, chunksOf(`image ${number}`)), [target], makeLink),
    );
    const results = await Promise.allSettled(attempts);
    const winners = results.flatMap(({ status }, number) => (status === "fulfilled" ? [number] : []));
    expect(winners).toHaveLength(1);
    expect(await readFile(target, "utf8")).toBe(`image ${winners[0]}`);
    expect(await readdir(folder)).toEqual(["target"]);
  });

  test("fails and leaves nothing if the name cannot be given", async ({ folder }) => {
    const target = join(folder, "missing", "target");
    const publishing = publish(await writeTemporary(folder, chunksOf("image")), [target], makeLink);
    await expect(publishing).rejects.toThrow("ENOENT");
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("publish without hard links", () => {
  test("takes the reserved name back if the file cannot have it", async ({ folder }) => {
    const gone = join(folder, "gone");
    await expect(publish(gone, [join(folder, "target")], noLinks)).rejects.toThrow("ENOENT");
    expect(await readdir(folder)).toEqual([]);
  });
});
