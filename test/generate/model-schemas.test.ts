import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { copySpec, generate, makeFolder, root } from "../support/generate.js";

// What a model takes as a JSON Schema, of a document that uses more of OpenAPI than ours does.

interface Described {
  title: string;
  description: string;
  fields: { name: string; description?: string }[];
  schema: Record<string, unknown>;
}

/** A page of the vendor, as far as it is changed here. */
interface Page {
  paths: Record<
    string,
    { post: { requestBody: { content: Record<string, { schema: { properties: object } }> } } }
  >;
  components: { schemas: object };
}

/** Generates from the vendored page with other fields, and reads what was generated of them. */
async function describe(properties: object, schemas: object = {}, words: object = {}): Promise<Described> {
  const folder = await makeFolder(afterAll);
  const document = parse(await readFile(join(root, "spec/seedreamv5.yaml"), "utf8")) as Page;
  const { post } = document.paths["/v1/images/seedreamv5"]!;
  Object.assign(post, { operationId: "other", ...words });
  Object.assign(document, { paths: { "/v1/images/other": { post } } });
  Object.assign(document.components.schemas, schemas);
  const form = post.requestBody.content["multipart/form-data"]!;
  form.schema.properties = { prompt: { type: "string" }, ...properties };
  const spec = await copySpec(join(folder, "spec"), { "other.json": JSON.stringify(document) });
  const out = join(folder, "generated");
  const [generated] = await generate([["--spec", spec, "--out", out]]);
  expect(generated!.errors).toBe("");
  const { modelSchemas } = (await import(join(out, "model-schemas.ts"))) as {
    modelSchemas: Record<string, Described>;
  };
  return modelSchemas.other!;
}

test("stands alone: what it refers to is in it, and what contains itself is a definition", async () => {
  const { schema } = await describe(
    { layer: { $ref: "#/components/schemas/Layer" }, mood: { $ref: "#/components/schemas/Mood" } },
    {
      Layer: {
        type: "object",
        properties: {
          name: { type: "string" },
          below: { type: "array", items: { $ref: "#/components/schemas/Layer" } },
        },
      },
      Mood: { type: "string", enum: ["calm", "wild"], description: "The mood" },
    },
  );
  const layer = {
    type: "object",
    properties: { name: { type: "string" }, below: { type: "array", items: { $ref: "#/$defs/schema0" } } },
  };
  expect(schema).toMatchObject({
    properties: { layer, mood: { type: "string", enum: ["calm", "wild"], description: "The mood" } },
    $defs: { schema0: layer },
  });
});

test("converts the keywords of OpenAPI 3.0 to those of JSON Schema", async () => {
  const { schema } = await describe({
    strength: { type: "number", minimum: 0, exclusiveMinimum: true, nullable: true, example: 0.5 },
    mask: { type: "string", format: "binary", nullable: true },
  });
  expect((schema.properties as Record<string, unknown>).strength).toEqual({
    type: ["number", "null"],
    exclusiveMinimum: 0,
    examples: [0.5],
  });
  expect((schema.properties as Record<string, unknown>).mask).toEqual({
    anyOf: [{ type: "string", format: "binary" }, { type: "null" }],
  });
});

test("holds no text of the vendor that starts a line, moves a cursor or hides a letter", async () => {
  const hostile = "Draws\n\u001b[2J a fox\u200b `${process.exit(1)}`";
  const described = await describe(
    { style: { type: "string", description: hostile } },
    {},
    { summary: hostile, description: hostile },
  );
  const shown = "Draws \\u001b[2J a fox\\u200b `${process.exit(1)}`";
  expect([described.title, described.description]).toEqual([shown, shown]);
  expect(described.fields.find(({ name }) => name === "style")?.description).toBe(shown);
  expect(described.schema).toMatchObject({ properties: { style: { description: shown } } });
});
