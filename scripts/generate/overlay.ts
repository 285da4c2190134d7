import { paths } from "jsonpathly";
import { isDeepStrictEqual } from "node:util";
import { closeForms } from "./forms.js";
import { isObject } from "./source.js";
import type { JsonObject, Path, Source } from "./source.js";

/** A document with an overlay applied. */
export interface Overlaid {
  document: JsonObject;
  /** The document after each action: where a fault comes from. */
  steps: JsonObject[];
  /** The actions that changed nothing: the document itself now says the same, or something better, at `target`. */
  unnecessary: { index: number; target: string }[];
  /** The actions whose target is not in the document. */
  unmatched: { index: number; target: string }[];
}

/** One action of an overlay; `x-` extensions are ours. */
interface Action {
  target: string;
  update?: unknown;
  remove?: boolean;
  /** The target need not be there. */
  "x-optional"?: boolean;
  /** A JSONPath: if it matches anything, the action is not applied. */
  "x-unless"?: string;
  /** Adds only what the document leaves out. */
  "x-fill"?: boolean;
}

/**
 * Applies every action of an overlay in its order, and lists the actions that match or change nothing.
 *
 * Lists are treated as sets, so that the document may later contain what the overlay adds.
 */
export function applyOverlay(document: JsonObject, overlay: Source): Overlaid {
  if (overlay.value.overlay !== "1.1.0") overlay.fail(["overlay"], "must declare `overlay: 1.1.0`");
  const { actions } = overlay.value;
  if (!Array.isArray(actions)) overlay.fail(["actions"], "`actions` must be a list");
  const result: Overlaid = { document, steps: [], unnecessary: [], unmatched: [] };
  for (const [index, given] of (actions as unknown[]).entries()) {
    const action = readAction(given, index, overlay);
    const { target } = action;
    const before = result.document;
    const find = (path: string): Path[] => findPaths(before, path, index, overlay);
    const unless = action["x-unless"];
    const isSaid = unless !== undefined && find(unless).length > 0;
    const found = isSaid ? [] : find(target);
    const after = applyAction(before, found, action);
    if (isSaid) result.unnecessary.push({ index, target: unless });
    else if (found.length === 0 && !action["x-optional"]) result.unmatched.push({ index, target });
    else if (isDeepStrictEqual(after, before)) result.unnecessary.push({ index, target });
    result.document = after;
    result.steps.push(after);
  }
  return { ...result, document: closeForms(result.document) };
}

function readAction(action: unknown, index: number, overlay: Source): Action {
  const fail = (reason: string): never => overlay.fail(["actions", index], `action ${index + 1} ${reason}`);
  if (!isObject(action)) return fail("must be a mapping");
  const { target, update, remove } = action;
  if (typeof target !== "string" || !target.startsWith("$"))
    return fail("needs a target: a JSONPath that begins with $");
  if ((remove === true) === (update !== undefined))
    return fail("must have either `update` or `remove: true`");
  if (remove === true && target === "$") return fail("must not remove the whole document");
  const allowed = ["target", "description", "update", "remove", "x-fill", "x-optional", "x-unless"];
  const unknown = Object.keys(action).find((key) => !allowed.includes(key));
  if (unknown !== undefined) return fail(`has the unknown key \`${unknown}\``);
  return action as unknown as Action;
}

/** Where a JSONPath matches. */
function findPaths(document: JsonObject, path: string, index: number, overlay: Source): Path[] {
  try {
    return paths(document, path).map((match) =>
      [...match.matchAll(/\['((?:[^'\\]|\\.)*)'\]|\[(\d+)\]/gs)].map(([, name, item]) =>
        item === undefined ? unescapeName(name!) : Number(item),
      ),
    );
  } catch (error) {
    return overlay.fail(
      ["actions", index],
      `action ${index + 1}: ${path} is not a JSONPath: ${(error as Error).message}`,
    );
  }
}

/** A name as RFC 9535 writes it in a normalized path: JSON in single quotes. */
function unescapeName(name: string): string {
  const json = name.replace(/\\'|"/g, (quote) => (quote === '"' ? '\\"' : "'"));
  return JSON.parse(`"${json}"`) as string;
}

function applyAction(document: JsonObject, found: readonly Path[], action: Action): JsonObject {
  const copy = structuredClone(document);
  // From the last match on: to remove an item of a list moves those after it.
  for (const path of found.toReversed()) {
    const parent = path.slice(0, -1).reduce<unknown>((node, step) => (node as JsonObject)[step], copy);
    const key = path.at(-1);
    if (key === undefined) return merge(copy, action.update, action["x-fill"] === true) as JsonObject;
    const holder = parent as Record<string | number, unknown>;
    if (!action.remove) holder[key] = merge(holder[key], action.update, action["x-fill"] === true);
    else if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete holder[key];
  }
  return copy;
}

/** A value with an update merged into it: mappings by key, lists as sets; with `fill`, what is there stays. */
function merge(value: unknown, update: unknown, fill: boolean): unknown {
  if (isObject(value) && isObject(update)) {
    const result = { ...value };
    for (const [key, item] of Object.entries(update))
      result[key] = Object.hasOwn(value, key) ? merge(value[key], item, fill) : item;
    return result;
  }
  if (Array.isArray(value)) {
    const added = [update].flat().filter((item) => !value.some((known) => isDeepStrictEqual(known, item)));
    return [...(value as unknown[]), ...added];
  }
  return fill && value !== undefined ? value : update;
}
