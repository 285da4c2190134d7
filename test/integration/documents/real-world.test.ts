import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { findTypeErrors } from "../../support/compile.js";
import { generate } from "../../robust-generation/generation.js";

// Large documents of others, of 3.0 and of 3.1, as packages ship them.

const documents = {
  figma: "@figma/rest-api-spec/openapi/openapi.yaml",
  "star-trek": "@readme/oas-examples/3.0/json/star-trek.json",
  readme: "@readme/oas-examples/3.1/json/readme.json",
  "readme-legacy": "@readme/oas-examples/3.0/json/readme-legacy.json",
  "train-travel": "@readme/oas-examples/3.1/json/train-travel.json",
};

const { resolve } = createRequire(import.meta.url);

const methods = /^(get|put|post|delete|options|head|patch|trace)$/;

/** Every operation of a document, found without the generator. */
function listOperations(text: string): string[] {
  const { paths } = parse(text) as { paths: Record<string, object> };
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).flatMap((key) => (methods.test(key) ? [`${key.toUpperCase()} ${path}`] : [])),
  );
}

test("documents of others become operations, checks and types that compile", async () => {
  const generated: Record<string, string> = {};
  for (const [name, path] of Object.entries(documents)) {
    const text = await readFile(resolve(path), "utf8");
    const { files, operations, responses } = await generate({ [name]: text });
    expect(Object.keys(operations).sort()).toEqual(listOperations(text).sort());
    expect(Object.values(responses).length).toBeGreaterThan(5);
    expect(Object.values(responses).map((check) => check("no such answer"))).not.toContain(undefined);
    for (const file of ["schema.ts", "operations.ts", "validators.ts"]) {
      generated[`${name}/${file}`] = files.get(file)!;
    }
  }
  expect(await findTypeErrors(generated)).toEqual([]);
});
