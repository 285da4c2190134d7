import type { IncomingMessage } from "node:http";

/** A request that the control API refuses, with the HTTP status to refuse it with. */
export class ControlError extends Error {
  override name = "ControlError";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const maxJsonBytes = 1024 * 1024;

/** Reads a whole number of JSON or of a query. */
export function readWhole(value: unknown, name: string, min: number): number {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (Number.isSafeInteger(number) && (number as number) >= min) return number as number;
  throw new ControlError(400, `\`${name}\` must be a whole number of ${min} or more`);
}

/** Reads a value by a function of the mock server, whose TypeErrors say what is wrong with the value. */
export function explainTypeError<Result>(read: (value: unknown) => Result, value: unknown): Result {
  try {
    return read(value);
  } catch (error) {
    if (error instanceof TypeError) throw new ControlError(400, error.message);
    throw error;
  }
}

/** Reads a JSON object that has one field, by its name. */
export async function readFields(message: IncomingMessage, name: string): Promise<Record<string, unknown>> {
  const value = await readJson(message);
  if (typeof value === "object" && value !== null && Object.keys(value).join() === name) {
    return value as Record<string, unknown>;
  }
  throw new ControlError(400, `the body must be an object with \`${name}\` alone`);
}

/** Reads JSON; its type is required because a form of another site cannot send it. */
export async function readJson(message: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\s*(;|$)/i.test(message.headers["content-type"] ?? "")) {
    throw new ControlError(415, "Content-Type must be application/json");
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxJsonBytes) throw new ControlError(413, `the body is larger than ${maxJsonBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown;
  } catch {
    throw new ControlError(400, "the body is not JSON");
  }
}
