import type { IncomingMessage } from "node:http";
import { readBody } from "./body.js";
import type { OpenRequest } from "./request.js";

const mostBytes = 1024 * 1024;

/** Reads a body as JSON and notes its fields, or says why it is none. */
export async function readJson(
  message: IncomingMessage,
  request: OpenRequest,
): Promise<{ value?: unknown; issues: string[] }> {
  const chunks: Buffer[] = [];
  await readBody(message, request, (chunk) => {
    if (request.bodyBytes <= mostBytes) chunks.push(chunk);
  });
  if (request.bodyBytes > mostBytes) return { issues: [`the body is larger than ${mostBytes} bytes`] };
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
    const value: unknown = JSON.parse(text);
    if (isObject(value)) request.fields = value;
    return { value, issues: [] };
  } catch {
    return { issues: ["the body is not JSON"] };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
