import { operations } from "../../generated/operations.js";
import { requests } from "../../generated/validators.js";
import type { CheckError } from "../../generated/validators.js";
import { FilePart } from "../api/file-part.js";
import type { PartKind } from "../api/multipart.js";
import { didYouMean, InvalidInputError } from "../errors.js";
import type { InputIssue } from "../errors.js";
import { takeFile } from "./files.js";

const loneSurrogate = /\p{Cs}/u;

/** Nothing that anybody could see: to the document's checks that is no text at all. */
const unseen = /^[\s\p{Cc}\p{Cf}\p{DI}]+$/u;

/**
 * Takes a snapshot of an operation's fields and validates it against the document, before anything is sent.
 *
 * The snapshot is what is sent in every attempt: a list or a buffer that the caller changes later changes nothing.
 *
 * @returns The snapshot, without fields that are undefined; files as {@link FilePart}.
 * @throws {InvalidInputError} listing every fault.
 */
export function validateInput(operation: keyof typeof operations, input: unknown): Record<string, unknown> {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw new InvalidInputError([{ path: "", message: "must be an object with the fields to send" }]);
  }
  if (isPromise(input)) throw new InvalidInputError([{ path: "", message: missingAwait }]);
  const { parts: kinds = {} } = operations[operation] as { parts?: Record<string, PartKind> };
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  const fields = Object.fromEntries(given.map(([name, value]) => [name, takeSnapshot(value, name)]));

  const hints = Object.entries(fields).flatMap(([name, value]) => hintsFor(name, value, kinds[name]));
  const check = requests[operation];
  const differs = Object.values(fields).some((value) => typeof value === "object" || isUnseen(value));
  const faults = check?.(differs ? withPlaceholders(fields) : fields) === false ? (check.errors ?? []) : [];
  const issues = faults.map((fault) => toIssue(fault, fields, Object.keys(kinds)));
  // A hint says what to do about the same place.
  const others = issues.filter(({ path }) => !hints.some((hint) => path.startsWith(hint.path)));
  for (const [name, value] of Object.entries(fields)) noteUnsendable(name, value, others);
  if (hints.length + others.length > 0) throw new InvalidInputError([...hints, ...others]);
  return fields;
}

/** A copy of a value that cannot change any more; files are taken as they are now. */
function takeSnapshot(value: unknown, path: string): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item, index) => takeSnapshot(item, `${path}[${index}]`));
  const file = takeFile(value, path);
  if (file) return file;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!isPlain) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, takeSnapshot(item, `${path}.${name}`)]),
  );
}

const isUnseen = (value: unknown): boolean => typeof value === "string" && unseen.test(value);

/** The input as the document's checks see it: any Blob stands for a file. */
function withPlaceholders(value: unknown): unknown {
  if (isUnseen(value)) return "";
  if (value instanceof FilePart) return new Blob();
  if (Array.isArray(value)) return value.map(withPlaceholders);
  const isPlain = Object.prototype.toString.call(value) === "[object Object]" && !isPromise(value);
  if (!isPlain) return value;
  return Object.fromEntries(
    Object.entries(value as object).map(([name, item]) => [name, withPlaceholders(item)]),
  );
}

const missingAwait = "is a Promise: add `await` in front of it";

/** Hints for common mistakes with files, which the document's checks can only call a wrong type. */
function hintsFor(name: string, value: unknown, kind: PartKind | undefined): InputIssue[] {
  if (isPromise(value)) return [{ path: name, message: missingAwait }];
  if (kind?.type !== "file") return [];
  if (kind.array && value instanceof FilePart) {
    return [{ path: name, message: "must be a list of files: put the file in [ ]" }];
  }
  if (
    kind.array &&
    typeof value === "object" &&
    value !== null &&
    Symbol.iterator in value &&
    !Array.isArray(value)
  ) {
    return [{ path: name, message: "must be an array: `[...files]` makes one of a FileList or a Set" }];
  }
  const items: unknown[] = Array.isArray(value) ? value : [value];
  return items.flatMap((item, index) => {
    const message = hintFor(item);
    return message === undefined
      ? []
      : [{ path: Array.isArray(value) ? `${name}[${index}]` : name, message }];
  });
}

function hintFor(item: unknown): string | undefined {
  if (isPromise(item)) return missingAwait;
  if (item instanceof FilePart)
    return item.size === 0 ? "is empty: check that it was written completely" : undefined;
  if (typeof item === "string") {
    return "must be a file, not text: read a path with `fileFromPath` from tensorslab-images/node";
  }
  const { blob, status } = Object(item) as { blob?: unknown; status?: unknown };
  if (typeof blob !== "function" || status === undefined) return undefined;
  return "must be a file, not a Response: use `await response.blob()`";
}

const isPromise = (value: unknown): boolean =>
  typeof (Object(value) as { then?: unknown }).then === "function";

function toIssue({ path, field, message }: CheckError, fields: object, known: readonly string[]): InputIssue {
  const steps = path.split("/").slice(1);
  const names = steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  // A fault of a field that is there, and is named apart from its path, is that the document does not have it.
  const isUnknown = field !== undefined && steps.length === 0 && field in fields && !known.includes(field);
  const hint = isUnknown ? didYouMean(field, known) : "";
  return {
    path: toPath(field === undefined ? names : [...names, field]),
    message: hint ? `${message}.${hint}` : message,
  };
}

/** `sourceImage`, `0` as `sourceImage[0]`. */
function toPath(steps: string[]): string {
  return steps.reduce(
    (path, step) => (/^\d+$/.test(step) && path ? `${path}[${step}]` : path ? `${path}.${step}` : step),
    "",
  );
}

/** Notes what no schema can say: text and numbers that would arrive as something else. */
function noteUnsendable(path: string, value: unknown, issues: InputIssue[]): void {
  const note = (message: string) => void issues.push({ path, message });
  if (typeof value === "string" && loneSurrogate.test(value)) {
    note("holds half of a surrogate pair, which UTF-8 cannot carry");
  } else if (typeof value === "number" && !isExact(value)) {
    note("must be a number that can be sent exactly");
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) noteUnsendable(`${path}[${index}]`, item, issues);
  }
}

/** NaN and Infinity are not numbers to a service, and larger whole numbers stand for several. */
function isExact(value: number): boolean {
  return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
}
