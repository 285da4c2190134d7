// A test environment such as jsdom replaces globals by its own, which the runtime's fetch does not accept.

interface NodeProcess {
  getBuiltinModule?: (name: string) => unknown;
}

/** A module of Node; undefined elsewhere. Unlike an import, it keeps bundles for browsers clean. */
export function builtinModule<Module>(name: string): Module | undefined {
  const { process } = globalThis as { process?: NodeProcess };
  try {
    return process?.getBuiltinModule?.(`node:${name}`) as Module | undefined;
  } catch {
    return undefined; // Next.js's Edge Runtime has every function of `process`, and each of them throws
  }
}

/** A global as the runtime itself has it, though a test environment may have replaced it; undefined if there is none. */
function original<Name extends "Blob" | "ReadableStream" | "TextDecoder" | "TextEncoder">(
  name: Name,
  module: string,
): (typeof globalThis)[Name] {
  return builtinModule<typeof globalThis>(module)?.[name] ?? globalThis[name];
}

// Marked as pure, so that a bundler leaves out what a program does not use.
const runtimeFetch: unknown = /* @__PURE__ */ (() => globalThis.fetch)();

/** Whether a fetch is the runtime's own, unless that was replaced before this package was loaded. */
export const isRuntimeFetch = (fetch: unknown): boolean => fetch === runtimeFetch;

/** The Blob that the runtime's fetch accepts as a body. */
export const PlatformBlob = /* @__PURE__ */ original("Blob", "buffer");
export const PlatformTextDecoder = /* @__PURE__ */ original("TextDecoder", "util");
export const PlatformTextEncoder = /* @__PURE__ */ original("TextEncoder", "util");

/** Creates a stream that the runtime's fetch accepts; looked up now, because Node takes long to load its streams. */
export function createReadableStream(
  ...source: ConstructorParameters<typeof ReadableStream<Uint8Array>>
): ReadableStream<Uint8Array> {
  return new (original("ReadableStream", "stream/web"))<Uint8Array>(...source);
}

/** Creates a controller whose signal the runtime's fetch accepts. */
export function createAbortController(): AbortController {
  if (!hasForeignGlobals()) return new AbortController();
  const util = builtinModule<{ transferableAbortController?: () => AbortController }>("util");
  return util?.transferableAbortController?.() ?? new AbortController();
}

const hasForeignGlobals = (): boolean => PlatformBlob !== globalThis.Blob;

/** The reason of an aborted signal; those of older runtimes and test environments have none. */
export const reasonOf = ({ reason }: AbortSignal): unknown =>
  reason ?? new DOMException("This operation was aborted", "AbortError");

/** Throws the reason of a signal that is aborted; not every signal has a method for that. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw reasonOf(signal);
}

/** Whether an error is the control flow of a framework: Next.js so ends the rendering of a page that must wait. */
export const isControlFlow = (error: unknown): boolean =>
  typeof (Object(error) as { digest?: unknown }).digest === "string";
