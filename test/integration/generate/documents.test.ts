import { appendFile, cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copySpec, generate, makeFolder, readFolder, root } from "../../support/generate.js";
import type { Edits } from "../../support/generate.js";

// Documents that cannot be used, and what the generator says of them.

const zimage = await readFile(join(root, "test/fixtures/zimage.yaml"), "utf8");
const replace = (from: string, to: string) => (text: string) => text.replace(from, () => to);

interface Refusal {
  edits: Edits;
  /** The file that is named; a number after it is the line that is named. */
  file: string;
  /** The beginning of the line that is named, as it stands in the edited file. */
  line: string;
  reason: RegExp;
}

const refusals: Record<string, Refusal> = {
  "what is no OpenAPI document": {
    edits: { "seedreamv5.yaml": "title: a red fox\n" },
    file: "seedreamv5.yaml",
    line: "title",
    reason: /must be an OpenAPI 3\.0 or 3\.1 document/,
  },
  "an older kind of document": {
    edits: { "seedreamv5.yaml": replace("openapi: 3.0.3", 'swagger: "2.0"') },
    file: "seedreamv5.yaml",
    line: "swagger",
    reason: /must be an OpenAPI 3\.0 or 3\.1 document/,
  },
  "a document of prose beside a good one": {
    edits: { "notes.yaml": "a red fox in fresh snow\n" },
    file: "notes.yaml",
    line: "a red fox",
    reason: /expected a mapping/,
  },
  "an empty file": {
    edits: { "seedreamv5.yaml": "" },
    file: "seedreamv5.yaml",
    line: "",
    reason: /expected a mapping/,
  },
  "a keyword with a wrong value": {
    edits: { "seedreamv5.yaml": replace("minimum: 1\n", "minimum: one\n") },
    file: "seedreamv5.yaml",
    line: "minimum: one",
    reason: /is not valid OpenAPI: .*batchsize → minimum must be number/,
  },
  "what is no YAML": {
    edits: { "seedreamv5.yaml": replace("summary: SeeDreamV5 Lite", "summary: SeeDreamV5: Lite") },
    file: "seedreamv5.yaml",
    line: "summary: SeeDreamV5: Lite",
    reason: /is not YAML: Nested mappings/,
  },
  "a key twice": {
    edits: { "seedreamv5.yaml": replace("paths:\n", "servers: []\npaths:\n") },
    file: "seedreamv5.yaml",
    line: "servers: []",
    reason: /is not YAML: the key (servers|title) is duplicated/,
  },
  "an alias of nothing": {
    edits: { "seedreamv5.yaml": (text) => text.replace(/summary: .*/, "summary: *fox") },
    file: "seedreamv5.yaml",
    line: "summary: *fox",
    reason: /is not YAML: the alias \*fox has no anchor/,
  },
  "an alias of what it is a part of": {
    edits: { "foxes.yaml": "openapi: 3.0.3\ninfo: &fox\n  title: *fox\n" },
    file: "foxes.yaml",
    line: "title: *fox",
    reason: /is not YAML: the alias \*fox refers to a value that contains it/,
  },
  "aliases that multiply without end": {
    edits: {
      "foxes.yaml": [..."abcdefgh"]
        .map(
          (name, index, names) =>
            `${name}: &${name} [${`${index ? `*${names[index - 1]}` : "fox"},`.repeat(9)}]\n`,
        )
        .join(""),
    },
    file: "foxes.yaml",
    line: "f: &f",
    reason: /is not YAML: its aliases expand to too many values/,
  },
  "a field that JavaScript cannot hold": {
    edits: { "seedreamv5.yaml": replace("imageUrl:", "__proto__:") },
    file: "seedreamv5.yaml",
    line: "__proto__:",
    reason: /`__proto__` cannot be a key \(at \/paths\/~1v1~1images~1seedreamv5\/post\/.*\/__proto__\)/,
  },
  "a key twice in JSON": {
    edits: {
      "fox.json": '{\n"openapi": "3.0.3",\n"info": {"title": "a",\n"title": "b", "version": "1"},"paths":{}}',
    },
    file: "fox.json",
    line: '"title": "b"',
    reason: /is not YAML: the key (servers|title) is duplicated/,
  },
  "nesting without end": {
    edits: { "fox.json": `{"openapi": ${"[".repeat(100_000)}${"]".repeat(100_000)}}` },
    file: "fox.json",
    line: '{"openapi"',
    reason: /is nested too deeply/,
  },
  "a $ref to nothing": {
    edits: { "seedreamv5.yaml": replace("#/components/schemas/GeneralData", "#/components/schemas/Fox") },
    file: "seedreamv5.yaml",
    line: "$ref: '#/components/schemas/Fox'",
    reason: /unresolved \$ref "#\/components\/schemas\/Fox"/,
  },
  "a $ref to another file": {
    edits: { "seedreamv5.yaml": replace("#/components/schemas/GeneralData", "zimage.yaml#/Fox") },
    file: "seedreamv5.yaml",
    line: "$ref: 'zimage.yaml#/Fox'",
    reason: /unresolved \$ref "zimage\.yaml#\/Fox"/,
  },
  "two schemas under one name": {
    edits: { "zimage.yaml": zimage.replace("description: General response", "minProperties: 1") },
    file: "zimage.yaml",
    line: "GeneralResponse:",
    reason: /GeneralResponse is defined differently in seedreamv5\.yaml and zimage\.yaml/,
  },
  "two operations under one path": {
    edits: { "zimage.yaml": zimage.replace("/v1/images/zimage:", "/v1/images/seedreamv5:") },
    file: "zimage.yaml",
    line: "post:",
    reason: /\/v1\/images\/seedreamv5 post is defined differently in seedreamv5\.yaml and zimage\.yaml/,
  },
  "two operations with one id": {
    edits: { "zimage.yaml": zimage.replace("operationId: zImage", "operationId: seeDreamV5") },
    file: "zimage.yaml",
    line: "operationId: seeDreamV5",
    reason: /operationId seeDreamV5 is defined differently in seedreamv5\.yaml .* and zimage\.yaml/,
  },
  "two servers": {
    edits: { "zimage.yaml": zimage.replace("https://api.tensorslab.com", "https://api.example.com") },
    file: "zimage.yaml",
    line: "servers:",
    reason: /servers is defined differently in seedreamv5\.yaml and zimage\.yaml/,
  },
  "an overlay's action that matches nothing": {
    edits: { "overlay.yaml": replace("GeneralData.properties.taskid\n", "GeneralData.properties.fox\n") },
    file: "overlay.yaml",
    line: "- target: $.components.schemas.GeneralData.properties.fox",
    reason: /action \d+ matches nothing: target \$\.components\.schemas\.GeneralData\.properties\.fox/,
  },
  "an overlay whose list handling cannot be relied on": {
    edits: { "overlay.yaml": replace("overlay: 1.1.0", "overlay: 1.0.0") },
    file: "overlay.yaml",
    line: "overlay: 1.0.0",
    reason: /must declare `overlay: 1\.1\.0`/,
  },
  "an overlay without actions": {
    edits: { "overlay.yaml": "overlay: 1.1.0\nactions: none\n" },
    file: "overlay.yaml",
    line: "actions: none",
    reason: /`actions` must be a list/,
  },
  "an overlay's action without a target": {
    edits: { "overlay.yaml": "overlay: 1.1.0\nactions:\n  - remove: true\n" },
    file: "overlay.yaml",
    line: "- remove: true",
    reason: /action 1 needs a target: a JSONPath that begins with \$/,
  },
  "an overlay that breaks the document": {
    edits: { "overlay.yaml": replace("operationId: infoByTaskId", "operationId: [infoByTaskId]") },
    file: "overlay.yaml",
    line: "",
    reason: /is not valid OpenAPI after this overlay: .*operationId must be string/,
  },
};

const fine = { exitCode: 0, errors: "" };
const before = { "operations.ts": "// what was generated before\n", "notes.txt": "left over\n" };

let folder: string;
let results: { exitCode: number; errors: string }[];

beforeAll(async () => {
  folder = await makeFolder(afterAll);
  const refused = Object.values(refusals).map(async ({ edits }, index) => {
    const out = join(folder, `out-${index}`);
    await cp(join(root, "generated"), out, { recursive: true });
    for (const [name, text] of Object.entries(before)) await writeFile(join(out, name), text);
    return ["--spec", await copySpec(join(folder, `spec-${index}`), edits), "--out", out];
  });
  const stale = join(folder, "stale");
  await cp(join(root, "generated"), stale, { recursive: true });
  await appendFile(join(stale, "schema.ts"), " ");
  await rm(join(stale, "operations.ts"));
  await writeFile(join(stale, "validators.js"), "");
  results = await generate([
    ...(await Promise.all(refused)),
    ["--check"],
    ["--out", join(folder, "not/there/yet")],
    ["--check", "--out", stale],
    ["--out", stale],
    ["--cheque"],
  ]);
});

describe("a document that cannot be used is named with its line, and nothing is written", () => {
  test.each(Object.entries(refusals))("%s", async (name, { file, line, reason }) => {
    const index = Object.keys(refusals).indexOf(name);
    const text = await readFile(join(folder, `spec-${index}`, file), "utf8");
    const lineNumber = text.split("\n").findIndex((each) => each.trimStart().startsWith(line)) + 1;
    const { exitCode, errors } = results[index]!;
    expect(errors).toMatch(reason);
    expect(errors.startsWith(`${file}:${lineNumber}: `), errors).toBe(true);
    expect(errors.split("\n")).toHaveLength(1);
    expect(exitCode).toBe(1);
    const generated = await readFolder(join(root, "generated"));
    expect(await readFolder(join(folder, `out-${index}`))).toEqual({ ...generated, ...before });
  });
});

describe("the committed code is what the generator writes", () => {
  test("each file says where it comes from, and that it is not to be edited", async () => {
    const files = await readFolder(join(root, "generated"));
    expect(Object.keys(files)).toEqual([
      "model-schemas.ts",
      "openapi.json",
      "operations.ts",
      "schema.ts",
      "validators.ts",
    ]);
    for (const text of Object.values(files)) {
      expect(text.split("\n").slice(0, 2).join("\n")).toContain(
        "Generated from spec/ by `npm run generate`. Do not edit",
      );
    }
  });

  test("a second run gives the same bytes, in another folder and from elsewhere", async () => {
    const [checked, written] = results.slice(-5); // the first is npm run generate -- --check
    expect([checked, written]).toEqual([fine, fine]);
    expect(await readFolder(join(folder, "not/there/yet"))).toEqual(
      await readFolder(join(root, "generated")),
    );
  });

  test("--check names each file that is changed, missing or left over, and a new run fixes them", async () => {
    const [checked, fixed] = results.slice(-3);
    expect(checked?.exitCode).toBe(1);
    const named = [...checked!.errors.matchAll(/^stale: (.*)$/gm)].map(([, path]) => path);
    const stale = join(folder, "stale");
    expect(named).toEqual(["operations.ts", "schema.ts", "validators.js"].map((name) => join(stale, name)));
    expect(fixed).toEqual(fine);
    expect(await readFolder(stale)).toEqual(await readFolder(join(root, "generated")));
  });

  test("an option that does not exist is answered with those that do", () => {
    expect(results.at(-1)?.exitCode).toBe(1);
    expect(results.at(-1)?.errors).toMatch(/cheque.*\nUsage: .*--check.*--spec FOLDER.*--out FOLDER/s);
  });
});
