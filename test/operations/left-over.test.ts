import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";

// An operation that is new is tested by what holds for all of them, in test/contract; one that is special has a test here.

test("no test of an operation is left over that the document no longer has", async () => {
  const text = await readFile(new URL("../../generated/openapi.json", import.meta.url), "utf8");
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, { operationId?: string }>> };
  const operationIds = Object.values(paths)
    .flatMap((path) => Object.values(path))
    .map(({ operationId }) => operationId);
  const files = (await readdir(import.meta.dirname)).filter((file) => file !== "left-over.test.ts");
  const tested = files.map((file) => file.replace(".test.ts", ""));
  expect(tested.length).toBeGreaterThan(1);
  expect(operationIds).toEqual(expect.arrayContaining(tested));
});
