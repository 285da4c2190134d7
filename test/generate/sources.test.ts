import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { root } from "../support/generate.js";

const spec = join(root, "spec");
const sources = parse(await readFile(join(spec, "sources.yaml"), "utf8")) as Record<
  string,
  { page?: string; date: string; sha256: string }
>;
const documents = (await readdir(spec)).filter(
  (file) => /\.(ya?ml|json)$/.test(file) && !["overlay.yaml", "sources.yaml"].includes(file),
);

test("sources.yaml says of each vendored document where it comes from", () => {
  expect(documents.length).toBeGreaterThan(0);
  expect(Object.keys(sources).sort()).toEqual(documents.sort());
  for (const { page, date } of Object.values(sources)) {
    if (page !== undefined) expect(new URL(page).protocol).toBe("https:"); // none for what was given as a file
    expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
  }
});

test.each(documents)("%s is what its source had, byte for byte", async (file) => {
  const bytes = await readFile(join(spec, file));
  expect(
    createHash("sha256").update(bytes).digest("hex"),
    `spec/${file} was edited by hand. \`npm run spec:update\` fetches its page again, and ` +
      `\`npm run spec:update -- spec/${file}\` makes the edited file the vendored one; what the vendor's document ` +
      "does not say belongs into spec/overlay.yaml",
  ).toBe(sources[file]?.sha256);
});

test("each action of the overlay says why it is there", async () => {
  const { actions } = parse(await readFile(join(spec, "overlay.yaml"), "utf8")) as {
    actions: { target: string; description?: string }[];
  };
  for (const { target, description } of actions) expect(description, target).toMatch(/\w+ \w+/);
});
