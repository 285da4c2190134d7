import { MIMEType } from "node:util";
import { requests } from "../../../generated/validators.js";
import type { CheckError } from "../../../generated/validators.js";
import type { Operation } from "../document.js";
import type { IncomingBody, OpenRequest } from "../request.js";
import { readFields } from "./fields.js";
import { openForm } from "./form.js";

/** Something about a request that does not match the document. */
export interface Issue {
  /** The field, with dots between the levels; empty if it is the body as a whole. */
  readonly field: string;
  /** The rule that is broken; follows the field's name in a sentence. */
  readonly message: string;
}

interface Input {
  readonly value?: unknown;
  readonly issues: readonly Issue[];
}

const maxJsonBytes = 1024 * 1024;
const aboutBody = (message: string): Issue => ({ field: "", message });

/** An issue in one line. */
export const describeIssue = ({ field, message }: Issue): string => (field ? `${field} ${message}` : message);

/** Reads a request's body to its end, notes its fields and files, and validates them by the document. */
export async function readInput(
  body: IncomingBody,
  request: OpenRequest,
  operation: Operation | undefined,
): Promise<Issue[]> {
  const { mediaType } = operation ?? {};
  const contentType = body.headers["content-type"] ?? "";
  if (mediaType === undefined || contentType.split(";", 1)[0]?.trim().toLowerCase() !== mediaType) {
    await body.read();
    if (mediaType === undefined) return [];
    return [aboutBody(`Content-Type must be ${mediaType}; it is "${contentType}"`)];
  }
  const { value, issues } =
    mediaType === "multipart/form-data"
      ? await readForm(body, contentType, request, operation?.parts)
      : await readJson(body, request);
  if (issues.length > 0) return [...issues];
  const check = requests[String(request.operation)];
  return !check || check(value) ? [] : (check.errors ?? []).map(toIssue);
}

async function readForm(
  body: IncomingBody,
  contentType: string,
  request: OpenRequest,
  parts: Operation["parts"] = {},
): Promise<Input> {
  const boundary = new MIMEType(contentType).params.get("boundary");
  const parser = boundary ? openForm(boundary) : undefined;
  await body.read((chunk) => parser?.write(chunk));
  if (!parser) return { issues: [aboutBody("the form states no boundary")] };
  const form = await parser.end();
  const fields = readFields(form, parts);
  request.fields = fields.texts;
  request.files = form.files;
  return { value: fields.all, issues: [...form.issues.map(aboutBody), ...fields.issues] };
}

async function readJson(body: IncomingBody, request: OpenRequest): Promise<Input> {
  const chunks: Buffer[] = [];
  await body.read((chunk) => {
    if (request.bodyBytes <= maxJsonBytes) chunks.push(chunk);
  });
  if (request.bodyBytes > maxJsonBytes)
    return { issues: [aboutBody(`the body is larger than ${maxJsonBytes} bytes`)] };
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
    const value: unknown = JSON.parse(text);
    if (isObject(value)) request.fields = value;
    return { value, issues: [] };
  } catch {
    return { issues: [aboutBody("the body is not JSON")] };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function toIssue({ path, field, message }: CheckError): Issue {
  const place = [...path.split("/").slice(1), field ?? []].flat().join(".");
  return { field: place, message: place ? message : `the body ${message}` };
}
