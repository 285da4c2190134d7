import { readFileSync } from "node:fs";
import { join } from "node:path";
import { models } from "../../generated/operations.js";
import { propertiesOf } from "../../scripts/generate/form-parts.js";
import { listOperations, requestMedia } from "../../scripts/generate/operation.js";
import type { JsonObject } from "../../scripts/generate/source.js";
import { root } from "./generate.js";

interface Field {
  description?: string;
  minimum?: number;
  maximum?: number;
  default?: unknown;
}

const document = JSON.parse(readFileSync(join(root, "generated/openapi.json"), "utf8")) as JsonObject;

/** The fields of a model in the document; tests take from here what the vendor decides. */
export function fieldsOf(model: keyof typeof models): Record<string, Field> {
  const operation = listOperations(document).find(({ name }) => name === models[model])!;
  return propertiesOf(requestMedia(operation, document)?.schema, document) as Record<string, Field>;
}

/** The largest batch that the document allows; a large one if it names none. */
export const largestBatch = fieldsOf("seedreamv5").batchsize?.maximum ?? 1000;
