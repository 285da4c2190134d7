import { resolveReference } from "../../generate/reference.js";
import { isObject } from "../../generate/source.js";
import type { JsonObject } from "../../generate/source.js";
import { visitReferences } from "../../generate/walk.js";
import type { Change } from "./change.js";
import { compareSchemas } from "./compare-schemas.js";
import type { Pair } from "./context.js";

/**
 * Reports what has changed in the schemas that no operation uses in a request or a response, since their types are exported
 * too.
 */
export function compareExportedTypes(documents: Pair<JsonObject>, report: (change: Change) => void): void {
  const [old, now] = [schemasOf(documents.before), schemasOf(documents.after)];
  const used = [documents.before, documents.after].map(usedByOperations);
  for (const name of Object.keys(old)) {
    const isUsed = used.every((references) => references.has(`#/components/schemas/${name}`));
    if (isUsed || !Object.hasOwn(now, name)) continue;
    compareSchemas({
      before: old[name],
      after: now[name],
      documents,
      direction: "type",
      report: (change) => report({ ...change, operation: "document", part: `schema ${name}` }),
    });
  }
}

function schemasOf({ components }: JsonObject): JsonObject {
  return isObject(components) && isObject(components.schemas) ? components.schemas : {};
}

/** Every reference that an operation leads to, except by its callbacks. */
function usedByOperations(document: JsonObject): Set<string> {
  const found = new Set<string>();
  const follow = (target: unknown, areOperations = false): void =>
    visitReferences({ paths: target }, (reference, path) => {
      if ((areOperations && path[3] === "callbacks") || found.has(reference)) return;
      found.add(reference);
      follow({ target: resolveReference(reference, document) });
    });
  follow(document.paths, true);
  return found;
}
