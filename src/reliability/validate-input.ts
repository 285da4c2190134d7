import { requests } from "../../generated/validators.js";
import type { CheckError } from "../../generated/validators.js";
import { InvalidInputError } from "../errors.js";
import type { InputIssue } from "../errors.js";

/** A file name that every multipart parser reads as it was meant: no quote, slash, control character or escape. */
const unsafeFileName = /["\\/\p{Cc}\p{Cs}]|%22|%0d|%0a/iu;
const loneSurrogate = /\p{Cs}/u;

/**
 * Checks an operation's fields against the document before anything is sent.
 *
 * @returns The fields without those that are undefined.
 * @throws {InvalidInputError} listing every fault.
 */
export function validateInput(operation: string, input: unknown): Record<string, unknown> {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw new InvalidInputError([{ path: "", message: "must be an object with the fields to send" }]);
  }
  const fields = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const check = requests[operation];
  const issues = check?.(fields) === false ? (check.errors ?? []).map(toIssue) : [];
  for (const name in fields) noteUnsendable(name, fields[name], issues);
  if (issues.length > 0) throw new InvalidInputError(issues);
  return fields;
}

function toIssue({ path, field, message }: CheckError): InputIssue {
  const steps = path.split("/").slice(1);
  const names = steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  return { path: toPath(field === undefined ? names : [...names, field]), message };
}

/** `sourceImage`, `0` as `sourceImage[0]`. */
function toPath(steps: string[]): string {
  return steps.reduce(
    (path, step) => (/^\d+$/.test(step) && path ? `${path}[${step}]` : path ? `${path}.${step}` : step),
    "",
  );
}

/** Notes what no schema can say: text, numbers and file names that would arrive as something else. */
function noteUnsendable(path: string, value: unknown, issues: InputIssue[]): void {
  const note = (message: string) => void issues.push({ path, message });
  if (typeof value === "string" && loneSurrogate.test(value)) {
    note("holds half of a surrogate pair, which UTF-8 cannot carry");
  } else if (typeof value === "number" && !isExact(value)) {
    note("is no number that can be sent exactly");
  } else if (value instanceof File && unsafeFileName.test(value.name)) {
    note(
      'has a file name that would arrive garbled (quotes, slashes, control characters, "%22", "%0D" or "%0A"): ' +
        "give it another one with new File([file], name, { type: file.type })",
    );
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) noteUnsendable(`${path}[${index}]`, item, issues);
  }
}

/** NaN and Infinity are no numbers to a service, and larger whole numbers stand for several. */
function isExact(value: number): boolean {
  return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
}
