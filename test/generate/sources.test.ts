import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { root } from "../support/generate.js";

const spec = join(root, "spec");
const sources = parse(await readFile(join(spec, "sources.yaml"), "utf8")) as Record<
  string,
  { page: string; date: string; sha256: string }
>;

test("each vendored document is the one that its page had, byte for byte", async () => {
  const documents = (await readdir(spec)).filter((file) => !["overlay.yaml", "sources.yaml"].includes(file));
  expect(documents).toContain("seedreamv5.yaml");
  expect(Object.keys(sources).sort()).toEqual(documents.sort());
  for (const [file, { page, date, sha256 }] of Object.entries(sources)) {
    const bytes = await readFile(join(spec, file));
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
    expect(new URL(page).protocol).toBe("https:");
    expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
  }
});

test("each action of the overlay says why it is there", async () => {
  const { actions } = parse(await readFile(join(spec, "overlay.yaml"), "utf8")) as {
    actions: { target: string; description?: string }[];
  };
  for (const { target, description } of actions) expect(description, target).toMatch(/\w+ \w+/);
});
