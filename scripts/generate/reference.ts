import { isObject } from "./source.js";
import type { JsonObject } from "./source.js";

/** Resolves a `$ref` within the document; undefined if there is nothing at that pointer. */
export function resolveReference(reference: string, root: JsonObject): unknown {
  if (!reference.startsWith("#/")) return undefined;
  const steps = reference.slice(2).split("/").map(unescapeStep);
  return steps.reduce<unknown>(
    (node, step) => (node instanceof Object && Object.hasOwn(node, step) ? node[step as never] : undefined),
    root,
  );
}

/** Follows the `$ref` of a part, and those of its targets, but none inside; `{}` if there is nothing. */
export function followReference(node: unknown, root: JsonObject): JsonObject {
  const seen = new Set<unknown>();
  let target = node;
  while (isObject(target) && typeof target.$ref === "string" && !seen.has(target)) {
    seen.add(target);
    target = resolveReference(target.$ref, root);
  }
  return isObject(target) ? target : {};
}

/** Decodes one step of a JSON pointer. */
function unescapeStep(step: string): string {
  const decoded = /%[0-9a-f]{2}/i.test(step) ? decodeStep(step) : step;
  return decoded.replaceAll("~1", "/").replaceAll("~0", "~");
}

function decodeStep(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
