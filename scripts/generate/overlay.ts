import { isDeepStrictEqual } from "node:util";
import { openapiOverlay } from "openapi-format";
import { isObject } from "./source.js";
import type { JsonObject, Source } from "./source.js";

/** A document with an overlay applied. */
export interface Overlaid {
  document: JsonObject;
  /** The document after each action: where a fault comes from. */
  steps: JsonObject[];
  /** The actions that changed nothing: what they say is in the document without them. */
  unnecessary: { index: number; target: string }[];
  /** The actions whose target is not in the document. */
  unmatched: { index: number; target: string }[];
}

/** Applies every action of an overlay in its order; what matches nothing is listed, and is for the caller to judge. */
export async function applyOverlay(document: JsonObject, overlay: Source): Promise<Overlaid> {
  const { overlay: version, actions } = overlay.value;
  if (version !== "1.1.0") overlay.fail(["overlay"], "must declare `overlay: 1.1.0`");
  if (!Array.isArray(actions)) overlay.fail(["actions"], "`actions` must be a list");
  const result: Overlaid = { document, steps: [], unnecessary: [], unmatched: [] };
  for (const [index, action] of (actions as unknown[]).entries()) {
    if (!isObject(action) || typeof action.target !== "string" || !action.target.startsWith("$"))
      overlay.fail(["actions", index], `action ${index + 1} needs a target: a JSONPath that begins with $`);
    const target = action.target;
    const { data, resultData } = await openapiOverlay(structuredClone(result.document), {
      overlaySet: { ...overlay.value, actions: [structuredClone(action) as never] },
    });
    if ((resultData as { unusedActions: unknown[] }).unusedActions.length > 0)
      result.unmatched.push({ index, target });
    else if (isDeepStrictEqual(data, result.document)) result.unnecessary.push({ index, target });
    result.document = data as JsonObject;
    result.steps.push(result.document);
  }
  return result;
}
