import { once } from "node:events";
import type { MockRequest } from "../../mock-server/index.js";
import { UsageError } from "../exit-status.js";
import { writeLines } from "../terminal/output.js";
import type { Invocation } from "../invocation.js";
import type { Result } from "../terminal/output.js";

interface Flags {
  port?: number;
  resultsPort?: number;
  pagePort?: number;
  page: boolean;
  host?: string;
  publicUrl?: string;
  credits?: number;
  taskSeconds?: number;
  imageSize?: number;
  seed?: number;
  record?: string;
  service?: string;
  replay?: string;
  json?: boolean;
}

/** The flag of an option, such as `--results-port`. */
const nameFlag = (_: string, option: string): string =>
  `(\`--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}\`)`;

/** Number of requests that are kept: it may run for weeks. */
const keep = { requests: 10_000, megabytes: 64 };

/** `mock`: runs the mock server until it is stopped. */
export async function mock({ flags, progress, signal }: Invocation<Flags>): Promise<Result> {
  const { startMockServer } = await import("../../mock-server/index.js");
  const { taskSeconds, json = false } = flags;
  const options = {
    port: flags.port,
    resultsPort: flags.resultsPort,
    page: flags.page,
    pagePort: flags.pagePort,
    host: flags.host,
    publicUrl: flags.publicUrl,
    credits: flags.credits,
    taskDurationMs: taskSeconds === undefined ? undefined : taskSeconds * 1000,
    imageSize: flags.imageSize,
    seed: flags.seed,
    record: flags.record === undefined ? undefined : { file: flags.record, baseUrl: flags.service },
    replay: flags.replay,
    keep,
    fail({ method, path }: MockRequest) {
      progress.note(`${method} ${path.split("?", 1)[0]}`);
      return undefined;
    },
  };
  const server = await startMockServer(options).catch((cause: Error) => {
    throw new UsageError(cause.message.replace(/\(option "(\w+)"\)/, nameFlag), { cause }); // the port is in use
  });
  const { url, resultsUrl, pageUrl, healthUrl } = server;
  const lines = pageUrl === undefined ? [url] : [url, pageUrl];
  const addresses = { ok: true, command: "mock", exitCode: 0, url, resultsUrl, pageUrl, healthUrl };
  writeLines(json ? [JSON.stringify(addresses)] : lines);
  if (!signal.aborted) await once(signal, "abort");
  await server.close();
  return { lines: [] };
}
