import { authentication } from "../../generated/operations.js";
import { ConfigurationError } from "../errors.js";

/** An API key, or a function that returns one for each request; it may be async. */
export type ApiKey = string | (() => string | Promise<string>);

/** `bearer` sends `Bearer <key>`, as the document says; `raw` sends the bare key. */
export type AuthScheme = "bearer" | "raw";

const keyVariable = "TENSORSLAB_API_KEY";

/** Returns the value of the header that authenticates one request; undefined if it carries no key. */
export type Authenticate = () => string | undefined | Promise<string | undefined>;

/**
 * Creates the function that authenticates each request; a `null` key sends none.
 *
 * A key that is given as text is validated at once. The environment's is read for each request, because a build that
 * only loads the program has none.
 */
export function createAuthenticate(apiKey: ApiKey | null | undefined, scheme: AuthScheme): Authenticate {
  if (apiKey === null) return () => undefined;
  if (typeof apiKey === "function") return async () => headerValue(await askForKey(apiKey), scheme);
  if (apiKey === undefined) {
    return () => {
      const key = environmentVariable(keyVariable);
      return key === undefined ? refuseWithoutKey() : headerValue(key, scheme);
    };
  }
  const fixed = headerValue(apiKey, scheme);
  return () => fixed;
}

async function askForKey(apiKey: () => string | Promise<string>): Promise<string> {
  try {
    return await apiKey();
  } catch (cause) {
    throw new ConfigurationError("The function `apiKey` failed", { cause });
  }
}

/**
 * A build that renders pages has no key. Next.js throws from a fetch that must not be cached, and renders the page for each
 * visitor instead; so it is shown such a fetch, of a URL that needs no network.
 */
async function refuseWithoutKey(): Promise<never> {
  const { fetch } = globalThis;
  if ("__nextPatched" in Object(fetch)) await fetch("data:,", { cache: "no-store" });
  const denoHint = "Deno" in globalThis ? "; Deno needs --allow-env" : "";
  throw new ConfigurationError(`No API key: set ${keyVariable}, or pass \`apiKey\`${denoHint}`);
}

/** A variable of the environment; undefined where there is none, or none that may be read. */
export function environmentVariable(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  try {
    return process?.env?.[name];
  } catch {
    return undefined; // Deno, for a program without --allow-env
  }
}

const scheme = /* @__PURE__ */ new RegExp(`^${authentication.scheme} +`, "i");

function headerValue(key: unknown, authScheme: AuthScheme): string {
  if (typeof key !== "string") {
    throw new ConfigurationError(`The API key must be a string, not ${typeof key}`);
  }
  const trimmed = key.replace(/^[ \t]+|[ \t]+$/g, "");
  if (!trimmed) throw new ConfigurationError("The API key is empty");
  // The key itself is never quoted: errors end in logs.
  if (!/^[\x20-\x7e\xa0-\xff]+$/.test(trimmed)) {
    throw new ConfigurationError("The API key must be one line of Latin-1 characters");
  }
  const isWhole = authScheme === "raw" || scheme.test(trimmed);
  return isWhole ? trimmed : `${authentication.scheme} ${trimmed}`.trimStart();
}

/** The key in a header's value; undefined for a shorter one, which is a placeholder and a part of ordinary words. */
export function secretOf(headerValue: string | null | undefined): string | undefined {
  const key = headerValue?.replace(scheme, "");
  return key && key.length >= 4 ? key : undefined;
}
