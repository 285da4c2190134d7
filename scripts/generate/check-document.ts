import { Validator } from "@seriousme/openapi-schema-validator";
import { checkParts } from "./check-size.js";
import { resolveReference } from "./reference.js";
import { isObject } from "./source.js";
import type { Fail, JsonObject, Path } from "./source.js";
import { mapSchemas, visitReferences, withoutMisleadingData } from "./walk.js";

/** Fails at the first fault of a document that should be OpenAPI 3.0 or 3.1. */
export async function checkOpenApi(document: JsonObject, fail: Fail): Promise<void> {
  if (typeof document.openapi !== "string" || !/^3\.[01]\.\d/.test(document.openapi)) {
    fail(["openapi"], "must be an OpenAPI 3.0 or 3.1 document: `openapi` must be a version such as 3.0.3");
  }
  visitReferences(document, (reference, path) => checkReference(reference, path, document, fail));
  checkParts(document, fail);
  const fault = await findFault(document);
  if (fault) fail(fault.path, fault.reason);
}

/** Refuses references that leave the document, before anything else reads them. */
function checkReference(reference: string, path: Path, document: JsonObject, fail: Fail): void {
  const seen = new Set<string>();
  for (let at = reference; ;) {
    const target = resolveReference(at, document);
    if (target === undefined) {
      const key = path.at(-1);
      fail(path, `unresolved ${key} "${at}": only what the same document defines can be referred to`);
    }
    seen.add(at);
    if (!isObject(target) || typeof target.$ref !== "string") return;
    at = target.$ref;
    if (seen.has(at)) fail(path, `$ref "${reference}" leads in a circle and never to a definition`);
  }
}

/** Shared, because it compiles OpenAPI's own schema at its first use, which is slow. */
const validator = new Validator();

/** The first fault that OpenAPI's own schema finds; undefined if the document is valid. */
export async function findFault(document: JsonObject): Promise<{ path: Path; reason: string } | undefined> {
  const { valid, errors } = await validator.validate(
    mapSchemas(withoutMisleadingData(document), withoutUnreadable),
  );
  if (valid) return undefined;
  if (!Array.isArray(errors))
    return { path: [], reason: `is not an OpenAPI document: ${errors ?? "unknown reason"}` };
  // A schema of alternatives reports every branch; the deepest fault is the one in the branch that was meant.
  const [deepest] = errors.sort(
    (a, b) => b.instancePath.split("/").length - a.instancePath.split("/").length,
  );
  const path = (deepest?.instancePath ?? "")
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const place = path.length === 0 ? "the document" : path.join(" → ");
  const detail = Object.values(deepest?.params ?? {}).join(", ");
  return {
    path,
    reason: `is not valid OpenAPI: ${place} ${deepest?.message}${detail ? ` (${detail})` : ""}`,
  };
}

/** Keywords that the validator interprets even where they are names of fields. */
const validatorKeywords = new Set("$ref $dynamicRef $id $schema $anchor $dynamicAnchor".split(" "));

/**
 * A schema without what the validator cannot read: patterns in other regular expression languages, which are common and no
 * reason to refuse a document, and fields that have the name of a keyword, such as `$ref` or `$id`.
 */
function withoutUnreadable({ pattern, ...schema }: JsonObject): JsonObject {
  if (pattern !== undefined && typeof pattern !== "string") return { ...schema, pattern };
  if (!isObject(schema.properties)) return schema;
  const fields = Object.entries(schema.properties).filter(([name]) => !validatorKeywords.has(name));
  return { ...schema, properties: Object.fromEntries(fields) };
}
