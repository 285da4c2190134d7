import type { RecordDifference } from "./errors.js";

/** An input whose bytes cannot change any more, and what identifies it in a record. */
export interface IdentifiedInput {
  /** To be sent: bytes in memory are copies. */
  snapshot: Record<string, unknown>;
  /** To be kept: JSON, with each file as what identifies it. */
  identity: Record<string, unknown>;
}

/**
 * Takes a snapshot of an input, at once, and says what identifies it.
 *
 * Bytes in memory are identified by their hash, a file on disk by its path, size and time of modification, and any other
 * Blob by its name and size alone: reading it could take as long as sending it.
 */
export async function identifyInput(input: object): Promise<IdentifiedInput> {
  const fields = Object.entries(input).filter(([, value]) => value !== undefined);
  const snapshot = Object.fromEntries(fields.map(([name, value]) => [name, takeSnapshot(value)]));
  const identified = Object.entries(snapshot).map(
    async ([name, value]) => [name, await identify(value)] as const,
  );
  return { snapshot, identity: Object.fromEntries(await Promise.all(identified)) };
}

function takeSnapshot(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(takeSnapshot);
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
  }
  const tag = Object.prototype.toString.call(value);
  if (/^\[object (Shared)?ArrayBuffer\]$/.test(tag)) return new Uint8Array(value as ArrayBuffer).slice();
  if (tag !== "[object Object]" || isBlob(value)) return value;
  const members = Object.entries(value as object);
  return Object.fromEntries(members.map(([name, item]) => [name, takeSnapshot(item)]));
}

/** Recognized by its members, because each realm and package has a class of its own. */
const isBlob = (value: unknown): value is Blob => {
  const { size, type, slice } = Object(value) as Partial<Blob>;
  return typeof size === "number" && typeof type === "string" && typeof slice === "function";
};

async function identify(value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map(identify));
  if (value instanceof Uint8Array) {
    const digest = await crypto.subtle.digest("SHA-256", value as Uint8Array<ArrayBuffer>);
    return { bytes: value.byteLength, sha256: toHex(new Uint8Array(digest)) };
  }
  if (!isBlob(value)) return value;
  const { name, path, lastModified, size } = value as Partial<File> & { path?: unknown; size: number };
  if (typeof path === "string" && lastModified !== undefined) {
    return { path, bytes: size, modifiedAt: new Date(lastModified).toISOString() };
  }
  return { ...(name !== undefined && { name }), bytes: size };
}

const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Lists the fields in which two identities differ. */
export function compareInputs(
  recorded: Record<string, unknown>,
  given: Record<string, unknown>,
): RecordDifference[] {
  const names = new Set([...Object.keys(recorded), ...Object.keys(given)]);
  return [...names]
    .filter((name) => !isSame(recorded[name], given[name]))
    .map((name) => ({ path: name, recorded: recorded[name], given: given[name] }));
}

/** Whether two JSON values are the same, whatever the order of their names: databases change it. */
function isSame(recorded: unknown, given: unknown): boolean {
  if (typeof recorded === "string") {
    const [file, ...more] = Array.isArray(given) ? (given as unknown[]) : [given];
    if (more.length === 0 && isFileOnDisk(file)) return isEndOf(recorded, file.path);
  }
  if (typeof recorded !== "object" || typeof given !== "object" || !recorded || !given) {
    return recorded === given;
  }
  if (Array.isArray(recorded) !== Array.isArray(given)) return false;
  const names = new Set([...Object.keys(recorded), ...Object.keys(given)]);
  return [...names].every((name) =>
    isSame((recorded as Record<string, unknown>)[name], (given as Record<string, unknown>)[name]),
  );
}

const isFileOnDisk = (value: unknown): value is { path: string } =>
  typeof (value as { path?: unknown } | null)?.path === "string";

/** The first version knew of a file only the path, as it was given: often from another folder than this process is in. */
function isEndOf(recorded: string, path: string): boolean {
  const steps = recorded.split(/[/\\]/).filter((step) => step !== "." && step !== ".." && step !== "");
  return steps.length > 0 && `/${path.split(/[/\\]/).join("/")}`.endsWith(`/${steps.join("/")}`);
}
