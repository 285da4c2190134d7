// The messages between a visitor and the service: operations of paths, task ids in bodies, the proxy's own responses.
import { fields, operations, statusOperation } from "../../generated/operations.js";
import type { Outcome } from "../errors.js";
import { outcomeHeader } from "../reliability/response.js";

export type Operation = (typeof operations)[keyof typeof operations];

/** Whether an operation reads a task; all others submit. */
export const isRead = (operation: Operation): boolean => operation === operations[statusOperation];

/** The operations that a path may mean: it ends in that of the operation, after a prefix. */
export function operationsAt(pathname: string): Operation[] {
  return Object.values(operations).filter(({ path }) => {
    const prefix = pathname.slice(0, -path.length);
    return pathname.endsWith(path) && /^(\/[\w~.-]+)*$/.test(prefix);
  });
}

/** A read of a task is a few dozen bytes. */
const longestReadBytes = 65_536;

/** Reads the task id of a request; undefined if it has none. */
export async function readTaskId({ body }: Request): Promise<string | undefined> {
  const decoder = new TextDecoder();
  const reader = body?.getReader();
  let text = "";
  for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
    text += decoder.decode(chunk.value, { stream: true });
    if (text.length > longestReadBytes) return undefined;
  }
  const taskid = (parse(text) as Record<string, unknown> | null | undefined)?.[fields.taskid];
  return typeof taskid === "string" && taskid !== "" ? taskid : undefined;
}

/** A response's text, and whether it is JSON. */
export interface Text {
  text: string;
  isJson: boolean;
}

/** Replaces the task id of a response by one for its visitor. */
export async function sealTaskId(
  text: string,
  seal: (id: string) => string | Promise<string>,
): Promise<Text> {
  const value = parse(text) as Record<string, unknown> | null | undefined;
  if (value === undefined) return { text, isJson: false };
  const data = value?.[fields.data] as Record<string, unknown> | null | undefined;
  const id = data?.[fields.taskid];
  const isTaskId = (typeof id === "string" && id !== "") || Number.isSafeInteger(id);
  if (!isTaskId) return { text, isJson: true };
  const sealed = { ...value, [fields.data]: { ...data, [fields.taskid]: await seal(String(id)) } };
  try {
    return { text: JSON.stringify(sealed), isJson: true };
  } catch {
    // Nested too deeply: what counts is the task, which is paid for.
    const rest = { [fields.data]: { [fields.taskid]: sealed[fields.data]![fields.taskid] } };
    return { text: JSON.stringify(rest), isJson: true };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Copies the headers that are named. */
export function pick(headers: Headers, names: string[]): Headers {
  return new Headers(
    names.flatMap((name): [string, string][] => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** The headers of every response to a visitor. */
export const alwaysSent = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/** A response of the proxy itself, with a message that a client shows and the outcome of the submit. */
export function refuse(
  status: number,
  outcome: Outcome | undefined,
  message: string,
  headers: object = {},
): Response {
  return Response.json(
    { [fields.message]: message },
    { status, headers: { ...headers, ...alwaysSent, [outcomeHeader]: outcome ?? "unknown" } },
  );
}
