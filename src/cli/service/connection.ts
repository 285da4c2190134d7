import { readFile } from "node:fs/promises";
import { server } from "../../../generated/operations.js";
import { ConfigurationError, createClient } from "../../index.js";
import type { Client, Fetch, Instrumentation } from "../../index.js";
import { UsageError } from "../exit-status.js";
import { detectEncoding } from "../lists/encoding.js";

/** Flags that say which service is called, and with which key. */
export interface ServiceFlags {
  apiKeyFile?: string;
  /** False to send none. */
  key?: boolean;
  baseUrl?: string;
  mock?: boolean;
}

/** A client of the service that the flags and the environment name. */
export interface Connection {
  client: Client;
  /** Names the service in records; `mock` is a mock server that ends with this process. */
  service: string;
  close(): Promise<void>;
}

/** The name of a mock server of this process, whose tasks end with it. */
const mockService = "mock";

/** Whether anything says which service to call. */
export function isConfigured({ apiKeyFile, key: sendsKey, baseUrl, mock }: ServiceFlags): boolean {
  const { TENSORSLAB_API_KEY: key, TENSORSLAB_BASE_URL: url } = process.env;
  return Boolean(apiKeyFile ?? baseUrl ?? mock ?? (key || url)) || sendsKey === false;
}

export interface ConnectOptions {
  /** Observes or changes what is sent. */
  wrapFetch?: ((fetch: Fetch) => Fetch) | undefined;
  /** Whether to use the mock server although no flag says so. */
  mock?: boolean | undefined;
  /** Milliseconds that a task of the mock server takes. @default the mock server's own default */
  mockTaskMs?: number | undefined;
}

/**
 * Creates the client. It sends each submit once: the command keeps a record of every attempt, and so repeats it itself.
 *
 * @throws {ConfigurationError} There is no key, or it cannot be used.
 */
export async function connect(
  flags: ServiceFlags,
  {
    mockTaskMs,
    mock = flags.mock,
    fetch,
    instrumentation,
  }: Omit<ConnectOptions, "wrapFetch"> & { fetch: Fetch; instrumentation?: Instrumentation | undefined },
): Promise<Connection> {
  if (flags.mock && flags.baseUrl !== undefined)
    throw new UsageError("`--mock` and `--base-url` exclude each other");
  if (mock) {
    const { startMockServer } = await import("../../mock-server/index.js");
    const { url, close } = await startMockServer({ taskDurationMs: mockTaskMs });
    // A key this short is a placeholder, so it is not taken out of what the mock server says.
    const client = createClient({ apiKey: "any", baseUrl: url, submitRetries: 0, fetch, instrumentation });
    return { client, service: mockService, close };
  }
  const baseUrl = baseUrlOf(flags);
  const client = createClient({
    apiKey: await readKey(flags),
    baseUrl,
    submitRetries: 0,
    fetch,
    instrumentation,
  });
  return { client, service: client.service, close: async () => undefined };
}

/** Creates a client of the service that the flags name, which has no key and is only asked what it would send. */
export function connectWithoutKey(flags: ServiceFlags): Client {
  const client = createClient({ apiKey: null, baseUrl: baseUrlOf(flags) });
  return flags.mock ? { ...client, service: mockService } : client;
}

/** The URL of the service. */
export function baseUrlOf({ baseUrl }: ServiceFlags): string {
  const url = baseUrl ?? (process.env.TENSORSLAB_BASE_URL || server);
  if (URL.canParse(url)) return url;
  throw new ConfigurationError(
    `\`${baseUrl === undefined ? "TENSORSLAB_BASE_URL" : "--base-url"}\` must be a valid URL`,
  );
}

/** The flags as words, for a command that calls the same service with the same key. */
export function serviceWords({ apiKeyFile, key, baseUrl, mock }: ServiceFlags): string[] {
  return [
    ...(apiKeyFile === undefined ? [] : ["--api-key-file", apiKeyFile]),
    ...(key === false ? ["--no-key"] : []),
    ...(baseUrl === undefined || mayHoldSecret(baseUrl) ? [] : ["--base-url", baseUrl]),
    ...(mock ? ["--mock"] : []),
  ];
}

/** Whether a URL may have a secret in it, such as a password; it is refused then, and must not be repeated. */
function mayHoldSecret(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return (
    !/^https?:$/.test(url?.protocol ?? "") ||
    Boolean(url!.username || url!.password || url!.search || url!.hash)
  );
}

/** The key; null for none. */
async function readKey({ apiKeyFile: file, key: sendsKey }: ServiceFlags): Promise<string | null> {
  if (sendsKey === false) {
    if (file === undefined) return null;
    throw new UsageError("`--no-key` and `--api-key-file` exclude each other");
  }
  if (file === undefined) {
    const key = process.env.TENSORSLAB_API_KEY?.trim();
    if (key) return key;
    throw new ConfigurationError(
      "No API key: set TENSORSLAB_API_KEY, or name a file with `--api-key-file`; " +
        "`--mock` needs none, and `--no-key` sends none",
    );
  }
  const name = `The key file ${file} of \`--api-key-file\``;
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new ConfigurationError(`${name} cannot be read (${cause.code})`, { cause });
  });
  // The shell of Windows writes UTF-16.
  const encoding = await detectEncoding([bytes], name).catch((cause: Error) => {
    throw new ConfigurationError(cause.message, { cause });
  });
  const key = new TextDecoder(encoding).decode(bytes).trim();
  if (key) return key;
  throw new ConfigurationError(`${name} is empty`);
}
