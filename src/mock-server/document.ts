import * as generated from "../../generated/operations.js";

/** The kind of value that the parts of a form with this name hold. */
export interface Part {
  readonly type: "string" | "integer" | "number" | "boolean" | "file" | "json";
  readonly array: boolean;
}

/** One operation of the document, as far as the mock server needs it. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly mediaType?: string;
  readonly parts?: Readonly<Record<string, Part>>;
  /** The names of the fields for `prompt`, `count` and `size`, each only if the operation has such a field. */
  readonly roles?: Readonly<Record<string, string>>;
  /** The defaults of these fields, by role. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

// The generated constants have literal types. These widen them, so that any other document compiles as well.
export const operations: Readonly<Record<string, Operation>> = generated.operations;
export const models: Readonly<Record<string, string>> = generated.models;
export const statusOperation: string | null = generated.statusOperation;
/** Where the real service is. */
export const server: string | null = generated.server;
export const authentication: { readonly header: string; readonly scheme: string } | null =
  generated.authentication;
/** The name of the header that carries the key, in lower case; undefined if the service needs no key. */
export const keyHeader = authentication?.header.toLowerCase();
export const fields: Readonly<Record<string, string>> = generated.fields;
const enums: Readonly<Record<string, Readonly<Record<string, string>>>> = generated.enums;

/** The value that the document names `name` in the field with this role. */
export function numberOf(role: string, name: string): number {
  for (const [number, known] of Object.entries(enums[role] ?? {})) {
    if (known === name) return Number(number);
  }
  throw new Error(`The document names no number "${name}" for the field with the role "${role}"`);
}

/** A number without a name in the document, for the field with this role. */
export function unnamedNumber(role: string): number {
  return Math.max(0, ...Object.keys(enums[role] ?? {}).map(Number)) + 1;
}

/** Values by role as an object with the wire's names; a role that the document does not have is left out. */
export function named(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([role, value]) => {
      const name = fields[role];
      return name === undefined || value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Finds the operation of a method and a path, or the methods that the path has. */
export function findOperation(
  method: string,
  path: string,
): { name?: string; operation?: Operation; allowed: string[] } {
  const there = Object.entries(operations).filter(([, operation]) => matches(operation.path, path));
  const allowed = there.map(([, operation]) => operation.method);
  const found = there.find(([, operation]) => operation.method === method);
  return found ? { name: found[0], operation: found[1], allowed } : { allowed };
}

/** Whether a path is one of a template, whose segments in braces stand for anything. */
function matches(template: string, path: string): boolean {
  const expected = template.split("/");
  const segments = path.split("/");
  return (
    expected.length === segments.length &&
    expected.every((segment, index) =>
      segment.startsWith("{") ? segments[index] !== "" : segment === segments[index],
    )
  );
}
