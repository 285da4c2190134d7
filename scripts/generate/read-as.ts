/**
 * Reads what a service may well mean: a number that was sent as text, a text as a number, one item where a list is due.
 *
 * It becomes a part of the generated checks. Undefined if the value is none of these types, which are parted by spaces.
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
