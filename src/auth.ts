import { authentication } from "../generated/operations.js";
import { ConfigurationError } from "./errors.js";

/** An API key, or a function that gives one for each request; it may be async. */
export type ApiKey = string | (() => string | Promise<string>);

/** `bearer` sends `Bearer <key>`, as the document says; `raw` sends the bare key. */
export type AuthScheme = "bearer" | "raw";

const environmentVariable = "TENSORSLAB_API_KEY";

/** What one request says about who asks. */
export interface Credentials {
  header: string;
  value: string;
}

/**
 * Makes the function that gives each request its credentials; null sends none.
 *
 * A key that is given as text is checked at once, so that a client that cannot work is never made.
 */
export function createAuthenticate(
  apiKey: ApiKey | null | undefined,
  scheme: AuthScheme,
): () => Credentials | undefined | Promise<Credentials> {
  if (apiKey === null) return () => undefined;
  if (typeof apiKey === "function") return async () => credentials(await askForKey(apiKey), scheme);
  const fixed = credentials(apiKey ?? keyFromEnvironment(), scheme);
  return () => fixed;
}

async function askForKey(apiKey: () => string | Promise<string>): Promise<string> {
  try {
    return await apiKey();
  } catch (cause) {
    throw new ConfigurationError("The function given as apiKey failed; nothing was sent", { cause });
  }
}

function keyFromEnvironment(): string {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  const key = process?.env?.[environmentVariable];
  if (key !== undefined) return key;
  throw new ConfigurationError(`No API key: set ${environmentVariable}, or give createClient an apiKey`);
}

function credentials(key: unknown, scheme: AuthScheme): Credentials {
  if (typeof key !== "string")
    throw new ConfigurationError(`The API key must be a string, not ${typeof key}`);
  const trimmed = key.replace(/^[ \t]+|[ \t]+$/g, "");
  if (!trimmed)
    throw new ConfigurationError(`The API key is empty: set ${environmentVariable}, or give an apiKey`);
  // The key itself is never quoted: errors end in logs.
  if (!/^[\x20-\x7e\xa0-\xff]+$/.test(trimmed)) {
    throw new ConfigurationError("The API key holds line breaks or characters that a header cannot carry");
  }
  const word = scheme === "raw" ? "" : authentication.scheme;
  const present = trimmed.toLowerCase().startsWith(`${word.toLowerCase()} `);
  return { header: authentication.header, value: word && !present ? `${word} ${trimmed}` : trimmed };
}
