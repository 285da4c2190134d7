import { cp, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { compiler } from "../../support/compile.js";
import { copySpec, generate, makeFolder, root, run } from "../../support/generate.js";
import type { Edits } from "../../support/generate.js";
import { loadProgram } from "../../support/load.js";

// Pages of further models, each of which says what ours says in another way, beside the vendored one: the sources as they
// are fit the code that is generated from all of them, and every model makes an image.

/* eslint-disable -- the seed is edited as the plain data that it is */
type Data = any;
const seed = await readFile(join(root, "spec/seedreamv5.yaml"), "utf8");

/** The vendored page for another model, with an edit of its operation. */
function page(name: string, edit: (parts: { operation: Data; form: Data; document: Data }) => void): string {
  const document: Data = parse(seed);
  const { post: operation } = document.paths["/v1/images/seedreamv5"];
  operation.operationId = name;
  document.paths = { [`/v1/images/${name}`]: { post: operation } };
  edit({ operation, form: operation.requestBody.content["multipart/form-data"], document });
  return JSON.stringify(document, null, 2);
}

const siblings: Record<string, string> = {
  declared: page("declared", ({ operation, form }) => {
    operation.requestBody.required = true;
    form.schema.required = ["prompt"];
    form.schema.properties.prompt.minLength = 3;
  }),
  "form-by-reference": page("form-by-reference", ({ form, document }) => {
    document.components.schemas.PictureForm = form.schema;
    form.schema = { $ref: "#/components/schemas/PictureForm" };
  }),
  "body-by-reference": page("body-by-reference", ({ operation, document }) => {
    document.components.requestBodies = { Picture: operation.requestBody };
    operation.requestBody = { $ref: "#/components/requestBodies/Picture" };
  }),
  parts: page("parts", ({ form, document }) => {
    document.components.schemas.Base = form.schema;
    const strength = { type: "integer", maximum: 100 };
    form.schema = {
      allOf: [{ $ref: "#/components/schemas/Base" }, { type: "object", properties: { strength } }],
    };
  }),
  alternatives: page("alternatives", ({ form }) => {
    const { sourceImage, imageUrl, ...properties } = form.schema.properties;
    form.schema.properties = properties;
    form.schema.oneOf = [
      { type: "object", required: ["sourceImage"], properties: { sourceImage } },
      { type: "object", required: ["imageUrl"], properties: { imageUrl } },
    ];
  }),
  "json-beside": page("json-beside", ({ operation, form }) => {
    const { sourceImage: _, ...properties } = form.schema.properties;
    operation.requestBody.content = {
      "application/json": { schema: { type: "object", properties } },
      ...operation.requestBody.content,
    };
  }),
  "optional-data": page("optional-data", ({ operation }) => {
    const properties = {
      code: { type: "integer" },
      msg: { type: "string" },
      data: { $ref: "#/components/schemas/GeneralData" },
    };
    operation.responses[200].content["application/json"].schema = {
      type: "object",
      required: ["code"],
      properties,
    };
  }),
  upscale: page("upscale", ({ form }) => {
    const sourceImage = { type: "string", format: "binary" };
    form.schema = {
      type: "object",
      properties: { sourceImage, scale: { type: "integer", enum: [2, 4], default: 2 } },
    };
  }),
  wording: page("wording", ({ document }) => {
    document.tags[0].description = "Other words";
    document.servers[0].description = "Production";
    document.components.schemas.BaseResponse.description = "Other words";
    document.components.schemas.BaseResponse.properties.msg.description = "Other words";
  }),
  credits: page("credits", ({ document }) => {
    const { requestBody: _, ...operation } = document.paths["/v1/images/credits"].post;
    document.paths = { "/v1/account/credits": { get: operation } };
  }),
};

const types = `
  import type { Model, ModelInput } from "./src/index.js";
  const prompt = "x", sourceImage = [new Blob([])], imageUrl = "https://example.com/fox.png";
  export const models: Record<Model, true> = {
    seedreamv5: true, declared: true, "form-by-reference": true, "body-by-reference": true, parts: true,
    alternatives: true, "json-beside": true, "optional-data": true, upscale: true, wording: true,
  };
  export const reference: ModelInput<"form-by-reference"> = { prompt, batchsize: 2 };
  export const body: ModelInput<"body-by-reference"> = { prompt, sourceImage };
  export const parts: ModelInput<"parts"> = { prompt, sourceImage, strength: 7 };
  export const alternatives: ModelInput<"alternatives">[] = [{ prompt, sourceImage }, { prompt, imageUrl }];
  // @ts-expect-error neither alternative
  export const neither: ModelInput<"alternatives"> = { prompt };
  export const beside: ModelInput<"json-beside"> = { prompt, sourceImage };
  export const upscale: ModelInput<"upscale"> = { sourceImage: new Blob([]), scale: 4 };
  // @ts-expect-error it has no prompt
  export const prompted: ModelInput<"upscale"> = { prompt };
  // @ts-expect-error there is no such field
  export const unknown: ModelInput<"parts"> = { prompt, fox: 1 };
`;

const program = `
  import { readFile } from "node:fs/promises";
  import { defaultModel, models } from "./generated/operations.js";
  import { createClient } from "./src/index.js";
  import { startMockServer } from "./src/mock-server/index.js";
  import Ajv from "ajv";
  import { inputSchema } from "./src/schemas/index.js";
  const { listOperations, requestMedia } = await import(${JSON.stringify(join(root, "scripts/generate/operation.ts"))});
  const { synthesise } = await import(${JSON.stringify(join(root, "scripts/update/models/synthesise.ts"))});
  const { requests } = await import("./generated/validators.js");
  const document = JSON.parse(await readFile(new URL("./generated/openapi.json", import.meta.url), "utf8"));
  const mock = await startMockServer({ taskDurationMs: 0 });
  const client = createClient({ apiKey: "key-1", baseUrl: mock.url });
  export const results: Record<string, unknown> = { defaultModel };
  for (const [model, operation] of Object.entries(models)) {
    const { schema } = requestMedia(listOperations(document).find(({ name }) => name === operation), document);
    const valid = synthesise(schema, document).filter((input) => requests[operation](input));
    valid.sort((a, b) => Object.keys(a).length - Object.keys(b).length);
    const { validate, jsonSchema } = inputSchema(model as never)["~standard"];
    const isValid = new Ajv.default().compile(jsonSchema.input({ target: "draft-07" }));
    for (const all of [false, true]) {
      const input = valid.at(all ? -1 : 0);
      const toJson = (value: unknown): unknown => value instanceof Blob ? { path: "fox.png" } : Array.isArray(value) ? value.map(toJson) : value;
      const json = Object.fromEntries(Object.entries(input).map(([name, value]) => [name, toJson(value)]));
      for (const [one, verdict] of [[input, "valid"], [json, "valid"], [{ ...json, fox: 1 }, "invalid"], [{ ...json, prompt: 7 }, "invalid"]]) {
        if ((validate(one).issues ? "invalid" : "valid") !== verdict) throw new Error(model + ": the schema says otherwise of " + JSON.stringify(one));
        if (one !== input && isValid(one) !== (verdict === "valid")) throw new Error(model + ": the JSON Schema says otherwise of " + JSON.stringify(one));
      }
      const outcome = await client.generate(model as never, input as never).then(({ status }) => status, String);
      const unknown = await client.submit(model as never, { ...input, fox: 1 } as never).then(() => "sent", ({ code }) => code);
      results[model + (all ? " with all" : "")] = [outcome, unknown];
    }
  }
  const { data } = await client.api.GET("/v1/account/credits" as never, {} as never);
  results.credits = (data as { code: number }).code;
  await mock.close();
`;

let compiled: { exitCode: number | null; output: string };
let results: Record<string, unknown>;

/** A copy of the sources with the code that is generated from documents with these edits. */
async function copySources(folder: string, edits: Edits): Promise<void> {
  for (const file of ["package.json", "tsconfig.json"]) await cp(join(root, file), join(folder, file));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  await cp(join(root, "src"), join(folder, "src"), { recursive: true });
  const spec = await copySpec(join(folder, "spec"), edits);
  const [generated] = await generate([["--spec", spec, "--out", join(folder, "generated")]]);
  if (generated!.exitCode !== 0) throw new Error(generated!.errors);
  const project = {
    extends: "./tsconfig.json",
    include: ["types.ts", "src/**/*.ts"],
    compilerOptions: { noUnusedLocals: false },
  };
  await writeFile(join(folder, "tsconfig.types.json"), JSON.stringify(project));
}

const compile = (folder: string) => run([compiler, "--project", "tsconfig.types.json"], folder);

beforeAll(async () => {
  const folder = await makeFolder(afterAll);
  const pages = Object.fromEntries(Object.entries(siblings).map(([name, text]) => [`${name}.json`, text]));
  await copySources(folder, pages);
  await writeFile(join(folder, "types.ts"), types);
  await writeFile(join(folder, "program.ts"), program);
  [{ results }, compiled] = await Promise.all([
    loadProgram<{ results: Record<string, unknown> }>(join(folder, "program.ts")),
    compile(folder),
  ]);
});

test("the sources fit them all, and each model has its fields", () => {
  expect(compiled).toEqual({ exitCode: 0, output: "" });
});

test("every model makes an image, of the least input and of all that it takes, and refuses unknown fields", () => {
  const { defaultModel, credits, ...models } = results;
  const names = ["seedreamv5", ...Object.keys(siblings).filter((name) => name !== "credits")];
  const expected = names
    .flatMap((name) => [name, `${name} with all`])
    .map((name) => [name, ["completed", "INVALID_INPUT"]]);
  expect(models).toEqual(Object.fromEntries(expected));
  expect(credits).toBe(1000);
});

test.each(["code", "msg"])("a response's field %s that is renamed does not compile", async (name) => {
  const folder = await makeFolder();
  const rename = (text: string) => text.replace(new RegExp(`^( +)(- )?${name}(:|$)`, "gm"), "$1$2renamed$3");
  await copySources(folder, { "seedreamv5.yaml": rename });
  const { output } = await compile(folder);
  expect(output).toMatch(/^src\/reliability\/envelope\.ts\(/m);
  expect(output).toContain(`Property '${name}' does not exist`);
});

test("another document that comes first changes nobody's default model", () => {
  expect(Object.keys(siblings).sort()[0]! < "seedreamv5").toBe(true);
  expect(results.defaultModel).toBe("seedreamv5");
});

test.each([
  ["header", { name: "X-Region", in: "header", required: true, schema: { type: "string" } }],
  ["query", { name: "region", in: "query", required: true, schema: { type: "string" } }],
])("a model that needs a %s parameter is refused with what to do", async (kind, parameter) => {
  const folder = await makeFolder();
  const text = page("flux", ({ operation }) => (operation.parameters = [parameter]));
  const spec = await copySpec(join(folder, "spec"), { "flux.json": text });
  const [refused] = await generate([["--spec", spec, "--out", join(folder, "generated")]]);
  expect(refused!.exitCode).toBe(1);
  expect(refused!.errors).toMatch(
    new RegExp(
      `^flux\\.json:\\d+: POST /v1/images/flux needs the ${kind} parameter ${parameter.name}, .*by an action of the overlay`,
    ),
  );
});
