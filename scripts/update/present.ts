import { join } from "node:path";
import { buildEffectiveDocument, mergeSpecification } from "../generate/document.js";
import type { Specification } from "../generate/document.js";
import { listOperations } from "../generate/operation.js";
import { isObject } from "../generate/source.js";
import type { JsonObject } from "../generate/source.js";
import { readIfPresent } from "./read-if-present.js";

/** The sources that a project was generated from. */
export interface Present {
  /** The vendor's documents in one, without the overlay. */
  vendor: JsonObject;
  /** The document that `generated/` was made of. */
  effective: JsonObject;
  /** Whether `generated/` holds it. */
  isGenerated: boolean;
  warnings: string[];
}

/** Reads what a project was generated from; if `generated/` is missing or damaged, it is derived from `spec/`. */
export async function readPresent(project: string, specification: Specification): Promise<Present> {
  const vendor = await mergeSpecification(specification);
  const problem = (reason: string): Promise<Present> => rebuild(vendor, specification, reason);
  const text = (await readIfPresent(join(project, "generated/openapi.json")))?.toString();
  if (text === undefined) return problem("is missing");
  try {
    const effective: unknown = JSON.parse(text);
    if (isObject(effective) && listOperations(effective).length > 0)
      return { vendor, effective, isGenerated: true, warnings: [] };
  } catch {
    // reported below
  }
  return problem("is damaged");
}

async function rebuild(vendor: JsonObject, specification: Specification, reason: string): Promise<Present> {
  const { document } = await buildEffectiveDocument(specification);
  const warning = `generated/openapi.json ${reason}: the update compares with spec/ as it is, and writes generated/ anew`;
  return { vendor, effective: document, isGenerated: false, warnings: [warning] };
}
