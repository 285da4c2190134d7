import { followReference } from "./reference.js";
import { isObject } from "./source.js";
import type { JsonObject } from "./source.js";

const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/** One operation of a document. */
export interface Operation {
  /** Its name in the generated code, such as `POST /v1/images`. */
  name: string;
  path: string;
  method: string;
  operation: JsonObject;
  /** The path item that it stands in. */
  item: JsonObject;
}

/** Every operation of a document, in its order. */
export function listOperations(document: JsonObject): Operation[] {
  const paths = isObject(document.paths) ? document.paths : {};
  const names = Object.keys(paths).filter((path) => path.startsWith("/")); // others are extensions
  return names.flatMap((path) => {
    const item = { ...followReference(paths[path], document), ...withoutReference(paths[path]) };
    return methods.flatMap((method) => {
      const operation = item[method];
      return isObject(operation)
        ? [{ name: `${method.toUpperCase()} ${path}`, path, method, operation, item }]
        : [];
    });
  });
}

function withoutReference(item: unknown): JsonObject {
  const { $ref: _reference, ...rest } = isObject(item) ? item : {};
  return rest;
}

/** A media type that an operation takes or gives, as the document writes it, and what it says of it. */
export interface Media {
  type: string;
  schema: unknown;
  encoding: JsonObject;
}

export const isForm = (type: string): boolean => essence(type) === "multipart/form-data";
const isJson = (type: string): boolean => /^application\/(.+\+)?json$/.test(essence(type));
/** A media type without its parameters. */
export const essence = (type: string): string => (type.split(";")[0] ?? "").trim().toLowerCase();

/** The request body that the client would send: a form if there is one, else JSON; undefined if it can write none. */
export function requestMedia({ operation }: Operation, document: JsonObject): Media | undefined {
  const body = followReference(operation.requestBody, document);
  return findMedia(body, isForm) ?? findMedia(body, isJson);
}

/** The JSON of an operation's successful response; undefined if it has none. */
export function responseMedia({ operation }: Operation, document: JsonObject): Media | undefined {
  const responses = isObject(operation.responses) ? operation.responses : {};
  return Object.keys(responses)
    .filter((status) => status.startsWith("2"))
    .map((status) => findMedia(followReference(responses[status], document), isJson))
    .find(Boolean);
}

function findMedia(body: JsonObject, matches: (type: string) => boolean): Media | undefined {
  const content = isObject(body.content) ? body.content : {};
  const type = Object.keys(content).find(matches);
  if (type === undefined) return undefined;
  const { schema, encoding } = followReference(content[type], {});
  return { type, schema, encoding: isObject(encoding) ? encoding : {} };
}
