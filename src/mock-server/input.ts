import type { IncomingMessage } from "node:http";
import { requests } from "../../generated/validators.js";
import type { CheckError } from "../../generated/validators.js";
import { readBody } from "./body.js";
import type { Operation, Part } from "./document.js";
import { readFields } from "./fields.js";
import { readForm } from "./form-body.js";
import { readJson } from "./json-body.js";
import type { OpenRequest } from "./request.js";

/** Reads a request's body to its end, notes what is in it, and lists what the document has against it. */
export async function readInput(
  message: IncomingMessage,
  request: OpenRequest,
  operation: Operation | undefined,
): Promise<string[]> {
  const { mediaType, parts = {} } = operation ?? {};
  const contentType = message.headers["content-type"] ?? "";
  if (mediaType === undefined || contentType.split(";", 1)[0]?.trim().toLowerCase() !== mediaType) {
    await readBody(message, request);
    return mediaType === undefined ? [] : [`Content-Type must be ${mediaType}; it is "${contentType}"`];
  }
  const { value, issues } =
    mediaType === "multipart/form-data"
      ? await readFormInput(message, contentType, request, parts)
      : await readJson(message, request);
  if (issues.length > 0) return issues;
  const check = requests[String(request.operation)];
  return !check || check(value) ? [] : (check.errors ?? []).map(describe);
}

async function readFormInput(
  message: IncomingMessage,
  contentType: string,
  request: OpenRequest,
  parts: Readonly<Record<string, Part>>,
): Promise<{ value: unknown; issues: string[] }> {
  const form = await readForm(message, contentType, request);
  const fields = readFields(form, parts);
  request.fields = fields.texts;
  request.files = form.files;
  return { value: fields.all, issues: [...form.issues, ...fields.issues] };
}

/** A fault with the name of the field it is about. */
function describe({ path, field, message }: CheckError): string {
  const place = [...path.split("/").slice(1), field ?? []].flat().join(".");
  return `${place || "the body"} ${message}`;
}
