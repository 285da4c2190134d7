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
export function original<Name extends "Blob" | "ReadableStream" | "TextDecoder" | "TextEncoder">(
  name: Name,
  module: string,
): (typeof globalThis)[Name] {
  return builtinModule<typeof globalThis>(module)?.[name] ?? globalThis[name];
}

/** The Blob that the runtime's fetch accepts as a body. */
export const PlatformBlob = /* @__PURE__ */ original("Blob", "buffer");

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
