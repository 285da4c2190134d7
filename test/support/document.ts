import { readFileSync } from "node:fs";
import { join } from "node:path";
import { models } from "../../generated/operations.js";
import { root } from "./generate.js";

interface Field {
  minimum?: number;
  maximum?: number;
  default?: unknown;
}

// Parsed documents have no types.
const document: any = JSON.parse(readFileSync(join(root, "generated/openapi.json"), "utf8"));

/** What the document says of a field of a model's form; tests take from here what the vendor decides. */
export function fieldOf(model: keyof typeof models, name: string): Field {
  const [method, path] = models[model].split(" ") as [string, string];
  const { content } = document.paths[path][method.toLowerCase()].requestBody;
  return content["multipart/form-data"].schema.properties[name];
}

/** The largest batch that the document allows; a large one if it names none. */
export const largestBatch = fieldOf("seedreamv5", "batchsize").maximum ?? 1000;
