import { connect } from "node:net";
import { onTestFinished } from "vitest";
import { authentication, fields, models, operations, statusOperation } from "../../generated/operations.js";
import { startMockServer } from "../../src/mock-server/index.js";
import type { MockServer, MockServerOptions } from "../../src/mock-server/index.js";

export const submitPath = operations[models.seedreamv5].path;
export const statusPath = operations[statusOperation].path;
export const key = { [authentication.header]: "Bearer test-key" };

/** A server whose tasks are completed at once, closed when the test is over. */
export async function start(options: MockServerOptions = {}): Promise<MockServer> {
  const server = await startMockServer({ taskDurationMs: 0, ...options });
  onTestFinished(() => server.close());
  return server;
}

export interface Envelope {
  code: number;
  msg: string;
  data?: Record<string, unknown> & { taskid: string; image_status?: number; url?: string[] };
}

/** Sends a form with fetch. */
export async function submit(server: MockServer, content: Record<string, string | Blob>): Promise<Envelope> {
  const response = await fetch(server.url + submitPath, {
    method: "POST",
    headers: key,
    body: toForm(content),
  });
  return (await response.json()) as Envelope;
}

export function toForm(content: Record<string, string | Blob>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(content)) form.append(name, value);
  return form;
}

export async function readTask(server: MockServer, taskid: unknown): Promise<Envelope> {
  const response = await fetch(server.url + statusPath, {
    method: "POST",
    headers: { ...key, "content-type": "application/json" },
    body: JSON.stringify({ [fields.taskid]: taskid }),
  });
  return (await response.json()) as Envelope;
}

/** Submits, reads the task, and answers with the URLs of its images. */
export async function makeImages(server: MockServer, content: Record<string, string>): Promise<string[]> {
  const { data } = await submit(server, content);
  return (await readTask(server, data?.taskid)).data?.url ?? [];
}

/** The bytes of a POST, with the key, on a connection that is to be closed afterwards. */
export function post(path: string, contentType: string, body: string | Buffer, headers = ""): Buffer {
  const content = Buffer.from(body);
  return Buffer.concat([
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n${authentication.header}: Bearer test-key\r\n` +
        `Content-Type: ${contentType}\r\nContent-Length: ${content.length}\r\n${headers}\r\n`,
    ),
    content,
  ]);
}

/** A submit by hand: the parts as they stand on the wire, between the boundary `b`. */
export function postForm(parts: string[], headers = ""): Buffer {
  const body = parts.map((part) => `--b\r\n${part}\r\n`).join("") + "--b--\r\n";
  return post(submitPath, "multipart/form-data; boundary=b", body, headers);
}

export const textPart = (name: string, text: string): string =>
  `Content-Disposition: form-data; name="${name}"\r\n\r\n${text}`;

/** The bytes received over one connection, and the way it ended. */
export interface Exchange {
  head: string;
  body: string;
  ended: "closed" | "reset";
}

/** Writes bytes to a server and reads what comes back until the connection ends. */
export function exchange(url: string, bytes: string | Buffer): Promise<Exchange> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let ended: Exchange["ended"] = "closed";
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.write(bytes));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", () => (ended = "reset"));
    socket.on("close", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const end = text.indexOf("\r\n\r\n");
      resolve({ head: text.slice(0, Math.max(0, end)), body: end < 0 ? "" : text.slice(end + 4), ended });
    });
  });
}

/** Sends a submit by hand and reads the answer's envelope. */
export async function submitBytes(server: MockServer, bytes: Buffer): Promise<Envelope> {
  return JSON.parse((await exchange(server.url, bytes)).body) as Envelope;
}
