import type { Readable, Writable } from "node:stream";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { escapeText } from "../index.js";
import type { Client } from "../index.js";
import type { FolderStore } from "../node/index.js";
import { createConfirmation } from "./confirmation.js";
import type { ConfirmRule } from "./confirmation.js";
import { Stopped } from "./failure.js";
import { createHistory } from "./history.js";
import { dropLongLines } from "./input-lines.js";
import { createJobs } from "./jobs.js";
import type { ViewImage } from "./report.js";
import { createServer } from "./server.js";
import { createTools } from "./tools.js";
import type { Tool } from "./tools.js";

export type { ConfirmRule } from "./confirmation.js";
export type { ImageView, ViewImage } from "./report.js";

/** Options of the server. */
export interface ServeOptions {
  client: Client;
  /** Names the service in records. */
  service: string;
  /** Where images and records are kept. */
  records: FolderStore;
  /** Folders, beside that one, that an agent may name images of. */
  roots: readonly string[];
  confirm: ConfirmRule;
  /** Milliseconds until a call has its response, finished or not. */
  respondWithinMs: number;
  viewImage: ViewImage;
  /** Whether results have previews. */
  withPreview: boolean;
  /** Version of this package. */
  version: string;
  /** Carries the messages of the client, a line each; the server ends with it. */
  input: Readable;
  /** Carries the messages of the server, and nothing else. */
  output: Writable;
  /** Ends the server, as the end of the input does. */
  signal: AbortSignal;
  /** Logs a message for the person who runs the server; never the key. */
  log: (text: string) => void;
}

/** A submit that is under way gets this long at the end: its response says which task was paid for. */
const lastSubmitMs = 5000;

/** Calls that have not ended get this long at the end: a script may write its requests and close the input at once. */
const lastResponsesMs = 1000;

/** Serves an agent over two streams until the input ends. */
export async function serve(options: ServeOptions): Promise<void> {
  const { client, service, records, confirm, input, output, signal, log } = options;
  const stop = new AbortController();
  const giveUp = new AbortController();
  const jobs = createJobs({ client, service, records, stopping: stop.signal, giveUp: giveUp.signal });
  const workshop = {
    ...options,
    roots: [records.folder, ...options.roots],
    history: createHistory(records),
    jobs,
    confirmation: createConfirmation(confirm),
  };
  const calls = new Set<Promise<unknown>>();
  const tools = createTools(workshop).map((tool): Tool => ({
    ...tool,
    call(given, caller) {
      const call = tool.call(given, caller);
      calls.add(call);
      void call.catch(() => undefined).then(() => calls.delete(call));
      return call;
    },
  }));

  const lines = dropLongLines(() => log("A line of the input was too long to be a message, and was dropped"));
  const ended = new Promise<void>((resolve) => {
    for (const event of ["end", "close", "error"]) input.once(event, () => resolve());
    output.once("error", () => resolve()); // the client is gone
    signal.addEventListener("abort", () => resolve());
    if (signal.aborted) resolve();
  });
  input.pipe(lines, { end: false }); // at its end, the connection would drop every response that is due
  const connection = serveStdio(({ era }) => createServer(tools, workshop, era === "modern"), {
    transport: new StdioServerTransport(lines, output),
    onerror: ({ message }) => log(`A message could not be handled: ${escapeText(message)}`),
  });

  await ended;
  await nextTurn(); // the last requests are being read
  stop.abort(new Stopped());
  await Promise.race([Promise.allSettled(calls), sleep(lastResponsesMs, undefined, { ref: false })]);
  await nextTurn(); // the last responses are being written
  await connection.close();
  input.unpipe(lines).pause();
  await Promise.race([jobs.submitted(), sleep(lastSubmitMs, undefined, { ref: false })]);
  giveUp.abort(new Stopped());
  await jobs.ended();
}
