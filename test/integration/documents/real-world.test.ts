import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { compiledCode } from "../../../scripts/generate/emit-validators.js";
import { generate } from "../../robust-generation/generation.js";
import { findTypeErrors } from "../../support/compile.js";
import { makeScratchFolder, folder as packages, root } from "../support/places.js";
import { run } from "../support/run.js";

// Large documents of others, of 3.0 and of 3.1, as packages ship them.

const documents = {
  dialogporten: "@digdir/dialogporten-schema/swagger.verified.json",
  figma: "@figma/rest-api-spec/openapi/openapi.yaml",
  "ideal-postcodes": "@ideal-postcodes/openapi/dist/openapi.json",
  petstore: "@readme/oas-examples/3.1/json/petstore.json",
  rclone: "rclone-openapi/openapi.json",
  readme: "@readme/oas-examples/3.1/json/readme.json",
  "readme-legacy": "@readme/oas-examples/3.0/json/readme-legacy.json",
  "star-trek": "@readme/oas-examples/3.0/json/star-trek.json",
  "train-travel": "@readme/oas-examples/3.1/json/train-travel.json",
  uspto: "@readme/oas-examples/3.0/json/uspto.json",
};

/** Documents that say what cannot be supported, and where that is said. */
const unsupported: Record<string, [path: string, reason: RegExp]> = {
  "a type that 3.0 does not have": [
    "@blockfrost/openapi/openapi.yaml",
    /^d\.yaml:\d+: is not valid OpenAPI: .* type must be equal to one of the allowed values .*\(at \/components\/schemas\/dreps\//,
  ],
  "a schema that is not one": [
    "@directus/specs/dist/openapi.json",
    /^d\.yaml:\d+: is not valid OpenAPI: .* schema must be object .*\(at \/paths\/~1items~1\{collection\}\/post\//,
  ],
  "a reference that depends on who refers": [
    "@scalar/galaxy/dist/3.1.json",
    /^d\.yaml:\d+: unresolved \$dynamicRef "#itemType": .*\(at \/components\/schemas\/PaginatedResource\//,
  ],
};

/** Not by name: a package need not export its files. */
const read = (path: string): Promise<string> => readFile(join(packages, "node_modules", path), "utf8");

const methods = /^(get|put|post|delete|options|head|patch|trace)$/;

/** What the mock server needs of any document, as an overlay would say it. */
const words = {
  "x-response-fields": { code: "ok" },
  "x-response-values": { code: { 1: "success", 2: "failure" } },
};

/** Every operation of a document, found without the generator. */
function listOperations(paths: Record<string, object>): string[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).flatMap((key) => (methods.test(key) ? [`${key.toUpperCase()} ${path}`] : [])),
  );
}

test("documents of others become operations, checks and types that compile, and a mock server that takes their forms", async () => {
  const generated: Record<string, string> = {};
  const folder = await makeScratchFolder("documents");
  const statuses: number[] = [];
  for (const [name, path] of Object.entries(documents)) {
    const document = parse(await read(path)) as { paths: Record<string, object> };
    const { files, operations, responses } = await generate({
      [`${name}.json`]: JSON.stringify({ ...document, ...words }),
    });
    expect(Object.keys(operations).sort()).toEqual(listOperations(document.paths).sort());
    expect(Object.values(responses).map((check) => check("no such answer"))).not.toContain(undefined);
    files.set(
      "validators.ts",
      files.get("validators.ts")!.replace(compiledCode, () => files.get("compiled code")!),
    );
    await mkdir(join(folder, name, "generated"), { recursive: true });
    await cp(join(root, "src/mock-server"), join(folder, name, "src/mock-server"), { recursive: true });
    for (const [file, text] of files) {
      if (file === "compiled code") continue;
      await writeFile(join(folder, name, "generated", file), text);
      if (file.endsWith(".ts")) generated[`${name}/${file}`] = text;
    }
    const program = join(import.meta.dirname, "programs/fill-forms.ts");
    const { stdout } = await run(process.execPath, ["--import", "tsx", program, join(folder, name)], {
      cwd: root,
    });
    const answered = JSON.parse(stdout) as Record<string, number>;
    const forms = Object.entries(operations)
      .filter(([, { parts }]) => parts)
      .map(([operation]) => operation);
    expect([name, answered]).toEqual([name, Object.fromEntries(forms.map((form) => [form, 200]))]);
    statuses.push(...Object.values(answered));
  }
  expect(statuses.length).toBeGreaterThan(5);
  expect(await findTypeErrors(generated)).toEqual([]);
  await rm(folder, { recursive: true });
});

test.each(Object.entries(unsupported))("%s is said by name, with its place", async (_, [path, reason]) => {
  const text = await read(path);
  const failure = await generate({ "d.yaml": text }).catch((error: Error) => error.message);
  expect(failure).toMatch(reason);
});
