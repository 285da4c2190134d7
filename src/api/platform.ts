// A test environment such as jsdom replaces globals by its own, which the runtime's fetch does not accept.

interface NodeProcess {
  getBuiltinModule?: (name: string) => unknown;
}

/** A module of Node; undefined elsewhere. Unlike an import, it keeps bundles for browsers clean. */
export function builtinModule<Module>(name: string): Module | undefined {
  const { process } = globalThis as { process?: NodeProcess };
  return process?.getBuiltinModule?.(`node:${name}`) as Module | undefined;
}

/** The runtime's own fetch, unless it was replaced before this package was loaded. */
const runtimeFetch: unknown = globalThis.fetch;

/** Whether a fetch is the runtime's own. */
export const isRuntimeFetch = (fetch: unknown): boolean => fetch === runtimeFetch;

/** The Blob that the runtime's fetch accepts as a body. */
export const PlatformBlob: typeof Blob =
  builtinModule<{ Blob?: typeof Blob }>("buffer")?.Blob ?? globalThis.Blob;

interface NodeUtil {
  TextDecoder?: typeof TextDecoder;
  TextEncoder?: typeof TextEncoder;
  transferableAbortController?: () => AbortController;
}

const util = builtinModule<NodeUtil>("util");

/** Test environments may lack these. */
export const PlatformTextDecoder: typeof TextDecoder = globalThis.TextDecoder ?? util?.TextDecoder;
export const PlatformTextEncoder: typeof TextEncoder = globalThis.TextEncoder ?? util?.TextEncoder;

export const PlatformReadableStream: typeof ReadableStream =
  globalThis.ReadableStream ??
  builtinModule<{ ReadableStream?: typeof ReadableStream }>("stream/web")?.ReadableStream;

/** Creates a controller whose signal the runtime's fetch accepts. */
export function createAbortController(): AbortController {
  return (hasForeignGlobals() && util?.transferableAbortController?.()) || new AbortController();
}

const hasForeignGlobals = (): boolean => PlatformBlob !== globalThis.Blob;
