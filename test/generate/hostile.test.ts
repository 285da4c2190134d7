import { transform } from "esbuild";
import fc from "fast-check";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import ts from "typescript";
import { afterAll, describe, expect, test } from "vitest";
import { buildEffectiveDocument } from "../../scripts/generate/document.js";
import { emitSources, formatSources } from "../../scripts/generate/generated-files.js";
import { DocumentError, parseSource } from "../../scripts/generate/source.js";
import { hostileDocument, hostileText, planted } from "../support/hostile.js";

// No text of a document becomes code, whatever it is and wherever it stands.

async function generate(document: object): Promise<Map<string, string>> {
  const source = parseSource("page.json", JSON.stringify(document));
  return formatSources(
    await emitSources(await buildEffectiveDocument({ documents: [source], overlay: undefined })),
  );
}

/** A document of one operation. */
const withOperation = (operation: object, version = "3.0.3"): object => ({
  openapi: version,
  info: { title: "One", version: "1" },
  paths: { "/": { post: { responses: { 200: { description: "Done" } }, ...operation } } },
});

/** Runs a generated module where only a planted function could do anything, and gives what it exports. */
async function evaluate(code: string): Promise<Record<string, unknown>> {
  const { code: script } = await transform(code, { loader: "ts", format: "cjs" });
  const module = { exports: {} };
  runInNewContext(script, {
    module,
    exports: module.exports,
    Blob,
    ArrayBuffer,
    [planted]: () => {
      throw new Error("a text of the document was run");
    },
  });
  return module.exports as Record<string, unknown>;
}

/** Lets every compiled check see values, so that the code in it runs too. */
function runChecks(module: Record<string, unknown>, texts: readonly string[]): void {
  const fields = Object.fromEntries(texts.map((text) => [text, text]));
  for (const checks of Object.values(module)) {
    for (const check of Object.values(checks as Record<string, (data: unknown) => boolean>)) {
      for (const data of [{}, fields, texts, texts[0], null]) check(structuredClone(data));
    }
  }
}

/** The statements of a TypeScript file that are anything but declarations of types. */
function statementsOf(code: string): string[] {
  const file = ts.createSourceFile("schema.ts", code, ts.ScriptTarget.ESNext);
  return file.statements
    .filter((statement) => !ts.isInterfaceDeclaration(statement) && !ts.isTypeAliasDeclaration(statement))
    .map((statement) => statement.getText(file));
}

/** Each run is a document of a hundred texts; more of them by hand, with HOSTILE_RUNS. */
const runs = Number(process.env.HOSTILE_RUNS ?? 4);
const versions = ["3.0.3", "3.1.0"] as const;

test.each(versions)(
  "no text of a document of %s is run, in any generated file",
  { timeout: 120_000 + runs * 5_000 },
  async (version) => {
    let generated = 0;
    const property = fc.asyncProperty(
      fc.array(hostileText, { minLength: 40, maxLength: 40 }),
      async (texts) => {
        let at = 0;
        let files: Map<string, string>;
        try {
          files = await generate(hostileDocument(version, () => texts[at++ % texts.length]!));
        } catch (error) {
          expect(error).toBeInstanceOf(DocumentError);
          expect((error as Error).message).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u);
          return;
        }
        generated++;
        await evaluate(files.get("operations.ts")!);
        runChecks(await evaluate(files.get("validators.ts")!), texts);
        expect(statementsOf(files.get("schema.ts")!)).toEqual([]);
        JSON.parse(files.get("openapi.json")!);
      },
    );
    await fc.assert(property, { numRuns: runs });
    expect(generated).toBeGreaterThan(runs / 4);
  },
);

test("a required field that looks like compiled code is a name", async () => {
  const name = `",keyword:"required",params:{missingProperty: ${planted}()},message:"x"};if(vErrors === null){vErrors = [err0];}else {vErrors.push(err0);}errors++;//`;
  const content = { "application/json": { schema: { type: "object", required: [name] } } };
  const files = await generate(withOperation({ requestBody: { content } }));
  const { requests } = await evaluate(files.get("validators.ts")!);
  const check = (requests as Record<string, { (data: unknown): boolean; errors?: unknown }>)["POST /"]!;
  expect(check({})).toBe(false);
  expect(check.errors).toEqual([{ path: "", field: name, message: "is required" }]);
});

describe("a reference out of the document is refused, and nothing follows it", async () => {
  const visits: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    visits.push(request.url);
    response.end('{"type":"string","description":"from elsewhere"}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => void server.close());
  const { port } = server.address() as AddressInfo;

  const schema = (inner: object) => ({ requestBody: { content: { "application/json": { schema: inner } } } });
  const example = (inner: object) => ({
    requestBody: { content: { "application/json": { schema: {}, examples: { fox: inner } } } },
  });
  const places: Record<string, (outside: string) => object> = {
    "a schema": ($ref) => schema({ $ref }),
    "a property": ($ref) => schema({ type: "object", properties: { fox: { $ref } } }),
    "among properties": ($ref) => schema({ type: "object", properties: { $ref } }),
    "a branch": ($ref) => schema({ anyOf: [{ type: "string" }, { allOf: [{ $ref }] }] }),
    "a body": ($ref) => ({ requestBody: { $ref } }),
    "a response": ($ref) => ({ responses: { 200: { $ref } } }),
    "a parameter": ($ref) => ({ parameters: [{ $ref }] }),
    "an example": ($ref) => example({ $ref }),
    "an example's value elsewhere": (externalValue) => example({ externalValue }),
    "a link": (operationRef) => ({
      responses: { 200: { description: "Done", links: { fox: { operationRef } } } },
    }),
  };
  const targets = [
    `http://127.0.0.1:${port}/schema.json`,
    `//127.0.0.1:${port}/schema.json#/a`,
    new URL("../../package.json", import.meta.url).href,
    join(import.meta.dirname, "../../package.json"),
    "../package.json#/name",
  ];
  test.each(Object.entries(places))("%s", async (_, place) => {
    for (const version of ["3.0.3", "3.1.0"]) {
      for (const target of targets) {
        const refusal = generate(withOperation(place(target), version)).then(() => "generated", String);
        expect(await refusal).toMatch(/page\.json:1: unresolved .*only what the same document defines/);
      }
    }
    expect(visits).toEqual([]);
  });
});

test.each([
  ["many", Array.from({ length: 12_000 }, (_, index) => `k${index}: *a`).join("\n")],
  [
    "nested",
    [..."bcdefghijk"]
      .map((name, index) => `${name}: &${name} [${`*${"abcdefghij"[index]},`.repeat(9)}]`)
      .join("\n"),
  ],
])("a flood of aliases, %s, ends at once", (_, aliases) => {
  expect(() => parseSource("flood.yaml", `a: &a [${"x,".repeat(50)}]\n${aliases}\n`)).toThrow(
    /expand to too many/,
  );
});

test.each([
  ["bytes", "a:\n  b: !!binary AAAA\n", "x.yaml:2: must be a value that JSON can hold"],
  ["a date", "a: !!timestamp 2026-01-30\n", "x.yaml:1: must be a value that JSON can hold"],
  ["a set", "a: !!set {b, c}\n", "x.yaml:1: must be a value that JSON can hold"],
  ["infinity", "a:\n- 1\n- .inf\n", "x.yaml:3: must be a number that JSON can hold"],
  ["no number", "a: .nan\n", "x.yaml:1: must be a number that JSON can hold"],
  ["a number without bounds, in JSON", '{\n"a": 1e400}', "x.yaml:2: must be a number that JSON can hold"],
  ["words that are booleans", "%YAML 1.1\n---\nno: on\n", "x.yaml:1: is YAML 1.1, where names such as no"],
])("%s cannot stand in a document", (_, text, reason) => {
  expect(() => parseSource("x.yaml", text)).toThrow(reason);
});

test("words of older versions of YAML are words", () => {
  const { value } = parseSource("x.yaml", "no: on\nday: 2026-01-30\nid: 1_000\ntime: 12:30:45\n");
  expect(value).toEqual({ no: "on", day: "2026-01-30", id: "1_000", time: "12:30:45" });
});

describe("references that multiply end at once", () => {
  /** Schemas of which each refers to those that `next` names. */
  const chain = (length: number, make: (to: (at: number) => object, at: number) => object) => {
    const to = (at: number) => ({ $ref: `#/components/schemas/L${at}` });
    const entries = Array.from({ length }, (_, at) => [
      `L${at}`,
      at === 0 ? { type: "object" } : make(to, at),
    ]);
    return { schema: to(length - 1), components: { schemas: Object.fromEntries(entries) as object } };
  };
  const all = Array.from({ length: 12 }, (_, at) => at);
  const draw = (schema: object) => ({
    operationId: "draw",
    "x-role": "submit",
    requestBody: {
      content: {
        "multipart/form-data": {
          schema: {
            type: "object",
            properties: { prompt: { type: "string" }, more: schema },
            "x-field-roles": { prompt: "prompt" },
          },
        },
      },
    },
    responses: { 200: { description: "Done" } },
  });
  test.each([
    ["of parts", chain(40, (to, at) => ({ allOf: [to(at - 1), to(at - 1)] }))],
    ["of alternatives", chain(40, (to, at) => ({ oneOf: [to(at - 1), { not: to(at - 1) }] }))],
    ["of fields", chain(40, (to, at) => ({ type: "object", properties: { a: to(at - 1), b: to(at - 1) } }))],
    [
      "of lists",
      chain(40, (to, at) => ({
        type: "object",
        properties: { a: to(at - 1), b: { type: "array", items: to(at - 1) } },
      })),
    ],
    ["in circles", chain(12, (to, at) => ({ allOf: all.filter((one) => one !== at).map(to) }))],
    [
      "of fields in circles",
      chain(12, (to) => ({
        type: "object",
        properties: Object.fromEntries(all.map((at) => [`f${at}`, to(at)])),
      })),
    ],
  ])("%s", async (_, { schema, components }) => {
    const document = { ...withOperation({}), paths: { "/v1/draw": { post: draw(schema) } }, components };
    await expect(generate(document)).rejects.toThrow(/expands? to too many/);
  });
});
