import { propertiesOf } from "./form-parts.js";
import { requestMedia } from "./operation.js";
import type { Operation } from "./operation.js";
import { printable } from "./printable.js";
import { followReference } from "./reference.js";
import { isObject } from "./source.js";
import type { Fail, JsonObject, Path } from "./source.js";

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isBounds = (value: unknown): boolean =>
  isObject(value) &&
  Object.keys(value).sort().join() === "maximum,minimum" &&
  Object.values(value).every(Number.isFinite);
const isText = (value: unknown): boolean => typeof value === "string" && value !== "";

/** Everything that an entry may say of its field, and whether a value is of the right kind. */
const kinds: Record<string, (value: unknown) => boolean> = {
  pattern: (value) => isText(value) && isRegularExpression(value as string),
  pixels: isBounds,
  aspect: isBounds,
  maxItems: isCount,
  plus: isText,
  maxBytes: isCount,
  mediaTypes: (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
  without: isText,
};

/**
 * The advice about an operation's form: what its `x-advice` says of the fields that the form has, without the sources.
 *
 * @param notes Gets a line for advice about a field that the form does not have.
 */
export function readAdvice(
  operation: Operation,
  document: JsonObject,
  fail: Fail,
  notes: string[],
): JsonObject[] {
  const media = requestMedia(operation, document);
  const { "x-advice": advice } = followReference(media?.schema, document);
  if (advice === undefined) return [];
  const { name, path, method } = operation;
  const at = ["paths", path, method, "requestBody", "content", media!.type, "schema", "x-advice"];
  if (!Array.isArray(advice)) return fail(at, "x-advice must be a list");
  const known = propertiesOf(media?.schema, document);
  return (advice as unknown[]).flatMap((given, index) => {
    const entry = readEntry(given, [...at, index], fail);
    const names = [entry.field, entry.plus, entry.without].filter((field) => field !== undefined).map(String);
    const lacks = names.find((field) => !Object.hasOwn(known, field));
    if (lacks !== undefined) {
      notes.push(printable(`${name} has no field \`${lacks}\`: its advice is left out`));
      return [];
    }
    if (entry.plus === undefined) return [entry];
    const { default: standard } = followReference(known[String(entry.plus)], document);
    return [{ ...entry, ...(typeof standard === "number" && { default: standard }) }];
  });
}

/** One entry: a field, one thing that is advised of it, the words for a warning, and where that is from. */
function readEntry(entry: unknown, at: Path, fail: Fail): JsonObject {
  if (!isObject(entry)) return fail(at, "advice must be a mapping");
  const { source, ...kept } = entry;
  for (const key of ["field", "message", "source"])
    if (!isText(entry[key])) fail(at, `advice must have \`${key}\`, a text`);
  const { field: _field, message: _message, maximum, ...rest } = kept;
  const [kind, ...more] = Object.keys(rest);
  if (kind === undefined || more.length > 0 || !Object.hasOwn(kinds, kind))
    return fail(at, `advice must say one thing of its field: ${Object.keys(kinds).join(", ")}`);
  if (!kinds[kind]!(rest[kind]))
    fail([...at, kind], `\`${kind}\` of this advice has a value of another kind`);
  if ((kind === "plus") !== isCount(maximum)) fail(at, "`maximum` belongs to `plus`, and is a whole number");
  return { ...kept, message: printable(String(entry.message)) };
}

function isRegularExpression(pattern: string): boolean {
  try {
    return Boolean(new RegExp(pattern, "u"));
  } catch {
    return false;
  }
}
