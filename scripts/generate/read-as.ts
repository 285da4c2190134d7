/**
 * Reads a value as one of the given types: a number that was sent as text, text as a number, one item in place of a list.
 *
 * It becomes part of the generated checks. Types are separated by spaces; undefined if the value fits none of them.
 */
export function readAs(value: unknown, types: string): unknown {
  if (typeof value === types) return value; // nearly always
  const names = types.split(" ");
  const kind = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  const isExact = (name: string) => name === kind || (name === "integer" && Number.isInteger(value));
  if (names.some(isExact)) return value;
  if (kind === "object" || kind === "array" || kind === "null") return undefined;
  for (const name of names) {
    const number = typeof value === "string" && value.trim() ? Number(value) : NaN;
    if (name === "number" ? Number.isFinite(number) : name === "integer" && Number.isInteger(number))
      return number;
    if (name === "boolean" && (value === "true" || value === "false")) return value === "true";
    if (name === "string") return String(value);
    if (name === "array") return [value];
  }
  return undefined;
}
