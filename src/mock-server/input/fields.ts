import type { Part } from "../document.js";
import type { Form } from "./form.js";
import type { Issue } from "./read-input.js";

/** A form's fields in the document's types, and which of them cannot be read as such. */
export interface Fields {
  /** The text fields. */
  readonly texts: Record<string, unknown>;
  /** All fields, with an empty Blob in place of each file, to be validated by the document. */
  readonly all: Record<string, unknown>;
  readonly issues: Issue[];
}

/** Reads a text as each type; undefined if it cannot be read as such. */
const readers: Readonly<Record<Part["type"], (text: string) => unknown>> = {
  string: (text) => text,
  integer: (text) => (/^-?\d+$/.test(text) ? Number(text) : undefined),
  number: (text) => (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined),
  boolean: (text) => (text === "true" || text === "false" ? text === "true" : undefined),
  json: (text) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return undefined;
    }
  },
  file: () => undefined, // a part without a file name is a text
};

/** Reads the parts of a form in the types that the document gives their names. */
export function readFields(form: Form, parts: Readonly<Record<string, Part>>): Fields {
  const texts = new Map<string, unknown[]>();
  const files = new Map<string, unknown[]>();
  const issues = new Map<string, Issue>(); // one of each kind for a name
  for (const { name, text } of form.texts) {
    const type = parts[name]?.type ?? "string";
    const value = readers[type](text);
    if (value === undefined)
      issues.set(`${name}\n${type}`, { field: name, message: `must be sent as ${type}` });
    append(texts, name, value === undefined ? text : value);
  }
  for (const { field } of form.files) append(files, field, new Blob([]));

  const asValue = ([name, values]: [string, unknown[]]): [string, unknown] => {
    const part = parts[name];
    if (!part?.array && values.length > 1) issues.set(name, { field: name, message: "must be sent once" });
    return [name, part?.array || values.length > 1 ? values : values[0]];
  };
  const all = new Map(texts);
  for (const [name, blobs] of files) all.set(name, [...(all.get(name) ?? []), ...blobs]);
  return {
    all: Object.fromEntries([...all].map(asValue)),
    texts: Object.fromEntries([...texts].map(asValue)),
    issues: [...issues.values()],
  };
}

function append(fields: Map<string, unknown[]>, name: string, value: unknown): void {
  const values = fields.get(name);
  if (values) values.push(value);
  else fields.set(name, [value]);
}
