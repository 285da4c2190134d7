import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";

test("every operation of the document has a test of its own, and no test is left over", async () => {
  const text = await readFile(new URL("../../generated/openapi.json", import.meta.url), "utf8");
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, { operationId?: string }>> };
  const operationIds = Object.values(paths)
    .flatMap((path) => Object.values(path))
    .map(({ operationId }) => operationId);
  const files = await readdir(import.meta.dirname);
  const tested = files
    .map((file) => file.replace(".test.ts", ""))
    .filter((name) => name !== "every-operation");
  expect(operationIds.length).toBeGreaterThan(0);
  expect(tested.sort()).toEqual(operationIds.sort());
});
