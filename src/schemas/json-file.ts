import type { FileInput, Model, ModelInput } from "../types.js";

/** The form of a file in JSON. */
export type FileForm = "path" | "url" | "base64";

/** A file in JSON, for tools and queues: its path, its URL, or its bytes. */
export type JsonFile =
  | {
      /** Where it is on the disk of the program that takes the input. */
      path: string;
    }
  | {
      /** An http or https URL, which the service fetches. */
      url: string;
    }
  | {
      /** Its bytes in base64, or a `data:` URL of them. */
      base64: string;
      /** File name. */
      name?: string | undefined;
    };

/**
 * The fields of a model, where a file may also be a {@link JsonFile}.
 *
 * @example
 * const input: JsonInput<"seedreamv5"> = { prompt: "the same fox at night", sourceImage: [{ path: "fox.png" }] };
 */
export type JsonInput<M extends Model> = WithJsonFiles<ModelInput<M>>;

type WithJsonFiles<Fields> = { [Field in keyof Fields]: WithJsonFile<Fields[Field]> };

type WithJsonFile<Value> = Value extends FileInput
  ? Value | JsonFile
  : Value extends readonly (infer Item)[]
    ? readonly WithJsonFile<Item>[]
    : Value;

/** The parts of each form, of which the first gives it its name. */
const parts = {
  path: { path: { type: "string", pattern: "\\S", description: "Path of the file on this machine" } },
  url: {
    url: { type: "string", description: "Where the service fetches it; one image at most is given by URL" },
  },
  base64: {
    base64: {
      type: "string",
      pattern: "\\S",
      description: "Bytes of the file in base64, or a data: URL of them",
    },
    name: { type: "string", description: "File name" },
  },
} as const;

/** The JSON Schema of a file that may be given in these forms; `address` is that of the field that carries a URL. */
export function fileSchema(forms: readonly FileForm[], address: object): Record<string, unknown> {
  const schemas = forms.map((form) => ({
    type: "object",
    properties: form === "url" ? { url: { ...address, ...parts.url.url } } : structuredClone(parts[form]),
    required: [form],
    additionalProperties: false,
  }));
  return schemas.length === 1 ? schemas[0]! : { anyOf: schemas };
}

/** A file as it was given in JSON. */
export interface FoundFile {
  form: FileForm;
  /** The path, the URL or the base64. */
  text: string;
  name?: string | undefined;
}

/** Reads a file in JSON; returns what is wrong with it as text, and undefined if it is not JSON but bytes. */
export function readJsonFile(value: unknown, forms: readonly FileForm[]): FoundFile | string | undefined {
  const offered = forms.map((form) => `{ "${form}": "…" }`).join(" or ");
  const expected = offered ? `must be a file: ${offered}` : "must be bytes: files in JSON are not taken here";
  if (typeof value === "string") return expected;
  if (!isPlainObject(value)) return undefined;
  const form = (Object.keys(parts) as FileForm[]).find((word) => value[word] !== undefined);
  const known: readonly string[] = form === undefined ? [] : Object.keys(parts[form]);
  const isExact = Object.entries(value).every(([key, item]) => item === undefined || known.includes(key));
  if (form === undefined || !forms.includes(form) || !isExact) return expected;
  const { [form]: text, name } = value;
  if (typeof text !== "string" || text.trim() === "") return `must have text as its \`${form}\``;
  if (name !== undefined && typeof name !== "string") return "must have text as its `name`";
  if (form === "base64" && !decodeBase64(text)?.length) return "must have bytes in base64 as its `base64`";
  return { form, text, name };
}

/** The bytes of base64, base64url or a `data:` URL; undefined if the text is none of them. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const content = text
    .replace(/^data:[^,]*;base64,/i, "")
    .replaceAll("-", "+")
    .replaceAll("_", "/");
  try {
    return Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Whether a value can be sent as a file, by its members: pages and test environments have their own class Blob. */
export function isFile(value: unknown): value is Blob | ArrayBuffer | ArrayBufferView {
  if (ArrayBuffer.isView(value)) return true;
  if (/^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(value))) return true;
  const { size, type, slice } = Object(value) as Partial<Blob>;
  return typeof size === "number" && typeof type === "string" && typeof slice === "function";
}

/** Whether a value is an object as JSON has them: not a Blob, bytes, or anything else with a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
