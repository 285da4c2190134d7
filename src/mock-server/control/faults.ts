import { validateHeaderName, validateHeaderValue } from "node:http";
import type { MockFailure } from "../failure.js";
import { mockMarkers } from "../markers.js";
import type { MockRequest } from "../request.js";

/** A fault that is waiting for the requests that it affects. */
export interface Fault {
  readonly id: number;
  /** Which requests it affects. */
  readonly role: MockRequest["role"] | "any";
  readonly failure?: MockFailure;
  /** The next submits behave as if their prompt had this marker. */
  readonly marker?: string;
  /** Number of requests that it still affects; null until it is removed. */
  timesLeft: number | null;
}

/** The faults that were added while the server runs. */
export interface Faults {
  readonly all: readonly Fault[];
  add(fault: Omit<Fault, "id">): Fault;
  /** Removes one, or all if no id is given; tells whether there was any. */
  remove(id?: number): boolean;
  /** The failure of a request: that of the oldest fault that affects it. */
  fail(request: MockRequest): MockFailure | undefined;
  /** The markers of the next submit. */
  takeMarkers(): string[];
}

export function createFaults(changed: () => void): Faults {
  const all: Fault[] = [];
  let count = 0;
  function use(fault: Fault): void {
    if (fault.timesLeft !== null && --fault.timesLeft === 0) all.splice(all.indexOf(fault), 1);
    changed();
  }
  return {
    all,
    add(fault) {
      const added = { ...fault, id: ++count };
      all.push(added);
      changed();
      return added;
    },
    remove(id) {
      const kept = id === undefined ? [] : all.filter((fault) => fault.id !== id);
      const removed = all.length - kept.length;
      all.splice(0, all.length, ...kept);
      changed();
      return removed > 0;
    },
    fail(request) {
      const fault = all.find(
        ({ role, failure }) =>
          failure && (role === "any" || role === request.role) && request.method !== "OPTIONS",
      );
      if (fault) use(fault);
      return fault?.failure;
    },
    takeMarkers() {
      const marked = all.filter(({ marker }) => marker !== undefined);
      for (const fault of marked) use(fault);
      return marked.map(({ marker }) => marker ?? "");
    },
  };
}

/** A timer cannot wait for longer, in milliseconds. */
const maxNumber = 2 ** 31 - 1;
const roles = ["submit", "status", "result", "other", "any"] as const;

/** The fields of each kind of failure, and the type of each. */
const kinds: Readonly<Record<string, Readonly<Record<string, FieldType>>>> = {
  response: { status: "status", headers: "headers", body: "text", gzip: "boolean", ...replaced() },
  redirect: { location: "location", status: "status", ...replaced() },
  junk: { bytes: "number", status: "status", contentType: "header", ...replaced() },
  hang: replaced(),
  reset: replaced(),
  "reset-upload": { afterBytes: "number" },
  delay: { delayMs: "number" },
  drip: { bytesPerSecond: "positive" },
  cut: { afterBytes: "number" },
  close: {},
};
const required: Readonly<Record<string, string>> = {
  redirect: "location",
  junk: "bytes",
  delay: "delayMs",
  drip: "bytesPerSecond",
};

type FieldType = "status" | "headers" | "header" | "location" | "text" | "boolean" | "number" | "positive";

function replaced(): Record<string, FieldType> {
  return { charged: "boolean", delayMs: "number" };
}

/** The kinds of failures that can be added. */
export const failureKinds = Object.keys(kinds);

/** Validates a fault that was sent as JSON; throws a TypeError that says what is wrong. */
export function readFault(value: unknown): Omit<Fault, "id"> {
  if (!isObject(value)) throw new TypeError("a fault must be an object");
  const { role, failure, marker, times = 1, ...others } = value;
  refuseOthers(others, "role, failure, marker and times");
  if (times !== null && !(Number.isInteger(times) && (times as number) > 0)) {
    throw new TypeError(
      "`times` must be a whole number above 0, or null for every request until it is removed",
    );
  }
  const timesLeft = times as number | null;
  if ((failure === undefined) === (marker === undefined)) {
    throw new TypeError("a fault must have either a `failure` or a `marker`");
  }
  if (marker !== undefined) {
    if (typeof marker !== "string" || !Object.hasOwn(mockMarkers, marker)) {
      throw new TypeError(`\`marker\` must be one of ${Object.keys(mockMarkers).join(", ")}`);
    }
    if (role !== undefined && role !== "submit") throw new TypeError("`role` must be submit with a marker");
    return { role: "submit", marker, timesLeft };
  }
  if (!roles.includes(role as never)) throw new TypeError(`\`role\` must be one of ${roles.join(", ")}`);
  return { role: role as Fault["role"], failure: readFailure(failure), timesLeft };
}

function readFailure(value: unknown): MockFailure {
  if (!isObject(value)) throw new TypeError("`failure` must be an object");
  const { kind, ...given } = value;
  const types = typeof kind === "string" && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (!types) throw new TypeError(`\`failure.kind\` must be one of ${failureKinds.join(", ")}`);
  for (const [name, field] of Object.entries(given)) {
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (!type) {
      throw new TypeError(
        `unknown field \`failure.${name}\`; ${String(kind)} has ${Object.keys(types).join(", ") || "none"}`,
      );
    }
    const fault = findFault(type, field);
    if (fault) throw new TypeError(`\`failure.${name}\` must be ${fault}`);
  }
  const missing = required[kind as string];
  if (missing !== undefined && given[missing] === undefined) {
    throw new TypeError(`\`failure.${missing}\` is required for ${String(kind)}`);
  }
  return value as unknown as MockFailure;
}

/** Returns what a value must be; undefined if it is valid. */
function findFault(type: FieldType, value: unknown): string | undefined {
  const isNumber = typeof value === "number" && Number.isFinite(value);
  switch (type) {
    case "status":
      return Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599
        ? undefined
        : "an HTTP status from 200 to 599";
    case "headers":
      return isObject(value) && Object.entries(value).every(([name, text]) => isHeader(name, text))
        ? undefined
        : "an object of valid headers";
    case "header":
    case "location":
      return isHeader("location", value) ? undefined : "a text that can be a header";
    case "text":
      return typeof value === "string" ? undefined : "a text";
    case "boolean":
      return typeof value === "boolean" ? undefined : "true or false";
    case "number":
      return isNumber && value >= 0 && value <= maxNumber ? undefined : `a number from 0 to ${maxNumber}`;
    case "positive":
      return isNumber && value > 0 ? undefined : "a number above 0";
  }
}

function isHeader(name: string, value: unknown): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value as string);
    return typeof value === "string";
  } catch {
    return false;
  }
}

function refuseOthers(others: object, known: string): void {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new TypeError(`unknown field \`${unknown}\`; a fault has ${known}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
