import type { ClientOptions, Outcome } from "../../../src/index.js";
import type * as library from "../../../src/index.js";
import type { MockFailure } from "../../../src/mock-server/index.js";

/** The end of a submit that meets `failure`. */
export interface Row {
  name: string;
  failure: MockFailure | ((submit: number) => MockFailure | undefined);
  options?: ClientOptions;
  /** The class of the error, or what becomes of it if all is well. */
  gives: keyof typeof library | "submission";
  outcome?: Outcome;
  /** Number of submits that go over the wire, and of those that are charged. */
  submits: number;
  charges: number;
  /** Further fields of the error. */
  says?: Record<string, unknown>;
}

const page = "<!doctype html><h1>Something went wrong</h1>";
const task = { taskid: "task-7" };
const envelope = (code: unknown, data?: unknown) => JSON.stringify({ code, msg: "so it is", data });
const answer = (status: number, body: string | Uint8Array = "", more = {}): MockFailure => ({
  kind: "response",
  status,
  body,
  ...more,
});
const charged = { charged: true };
const withHeaders = (headers: Record<string, string>) => ({ headers });
const inAMinute = () => new Date(Date.now() + 60_000).toUTCString();
const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

const rejected = { outcome: "rejected", submits: 1, charges: 0 } as const;
const unknown = { gives: "OutcomeUnknownError", outcome: "unknown", submits: 1 } as const;
const accepted = { gives: "UnexpectedResponseError", outcome: "accepted", submits: 1, charges: 0 } as const;
const fine = { gives: "submission", submits: 1, charges: 1 } as const;

const refusals: Row[] = [
  { name: "400 with a page", failure: answer(400, page), gives: "ServiceError", ...rejected },
  {
    name: "400 with the service's word",
    failure: answer(400, envelope(9999)),
    gives: "ServiceError",
    ...rejected,
    says: { httpStatus: 400, serviceCode: 9999, serviceMessage: "so it is" },
  },
  { name: "401", failure: answer(401, envelope(9999)), gives: "AuthenticationError", ...rejected },
  { name: "401 without a word", failure: answer(401), gives: "AuthenticationError", ...rejected },
  { name: "403 with a page", failure: answer(403, page), gives: "AuthenticationError", ...rejected },
  ...[404, 413, 422].map((status): Row => ({
    name: `${status}`,
    failure: answer(status, page),
    gives: "ServiceError",
    ...rejected,
    says: { httpStatus: status },
  })),
  {
    name: "408 with the service's word",
    failure: answer(408, envelope(9999)),
    gives: "ServiceError",
    ...rejected,
  },
  {
    name: "500 with the service's word",
    failure: answer(500, envelope(9999)),
    gives: "ServiceError",
    ...rejected,
    says: { httpStatus: 500, serviceCode: 9999 },
  },
  { name: "code 9000", failure: answer(200, envelope(9000)), gives: "InsufficientCreditsError", ...rejected },
  {
    name: "code 9000 with data",
    failure: answer(200, envelope(9000, { taskid: "" })),
    gives: "InsufficientCreditsError",
    ...rejected,
  },
  {
    name: "code 9000 as text",
    failure: answer(200, envelope("9000")),
    gives: "InsufficientCreditsError",
    ...rejected,
    says: { serviceCode: "9000" },
  },
  {
    name: "code 9000 with HTTP 402",
    failure: answer(402, envelope(9000)),
    gives: "InsufficientCreditsError",
    ...rejected,
  },
  { name: "code 9999", failure: answer(200, envelope(9999)), gives: "ServiceError", ...rejected },
  {
    name: "a code that the document does not know",
    failure: answer(200, envelope(1234)),
    gives: "ServiceError",
    ...rejected,
    says: { serviceCode: 1234, serviceMessage: "so it is" },
  },
];

const rateLimits: Row[] = [
  {
    name: "429 every time",
    failure: answer(429),
    gives: "RateLimitError",
    ...rejected,
    submits: 3,
    says: { retryAfterMs: undefined },
  },
  {
    name: "429 every time, with Retry-After",
    failure: answer(429, "", withHeaders({ "retry-after": "0" })),
    gives: "RateLimitError",
    ...rejected,
    submits: 3,
    says: { retryAfterMs: 0 },
  },
  {
    name: "429 every time, and no tries left to it",
    failure: answer(429),
    options: { submitRetries: 0 },
    gives: "RateLimitError",
    ...rejected,
  },
  {
    name: "429 once",
    failure: (submit) => (submit === 1 ? answer(429) : undefined),
    ...fine,
    submits: 2,
  },
  {
    name: "429 once, with a date that has passed",
    failure: (submit) =>
      submit === 1
        ? answer(429, "", withHeaders({ "retry-after": "Sun, 06 Nov 1994 08:49:37 GMT" }))
        : undefined,
    ...fine,
    submits: 2,
  },
  {
    name: "429 with seconds that the deadline has not left",
    failure: answer(429, "", withHeaders({ "retry-after": "6" })),
    options: { submitTimeoutMs: 5000 },
    gives: "RateLimitError",
    ...rejected,
    says: { retryAfterMs: 6000 },
  },
  {
    name: "429 with a date after the deadline",
    failure: () => answer(429, "", withHeaders({ "retry-after": inAMinute() })),
    options: { submitTimeoutMs: 5000 },
    gives: "RateLimitError",
    ...rejected,
  },
  {
    name: "429 with seconds beyond reason, which are capped",
    failure: answer(429, "", withHeaders({ "retry-after": "9".repeat(400) })),
    gives: "RateLimitError",
    ...rejected,
    says: { retryAfterMs: 24 * 60 * 60 * 1000 },
  },
  {
    name: "429 once, with a Retry-After that makes no sense",
    failure: (submit) =>
      submit === 1 ? answer(429, "", withHeaders({ "retry-after": "in 5 minutes" })) : undefined,
    ...fine,
    submits: 2,
  },
];

const unknowns: Row[] = [
  { name: "408", failure: answer(408, "", charged), ...unknown, charges: 1 },
  {
    name: "408 with a gateway's own envelope",
    failure: answer(408, envelope(408), charged),
    ...unknown,
    charges: 1,
  },
  ...[500, 502, 503, 504].flatMap((status): Row[] => [
    { name: `${status} without a word`, failure: answer(status, "", charged), ...unknown, charges: 1 },
    {
      name: `${status} with a page`,
      failure: answer(status, page, charged),
      ...unknown,
      charges: 1,
      says: { httpStatus: status, excerpt: page },
    },
    {
      name: `${status} with a gateway's own envelope`,
      failure: answer(status, envelope(status), charged),
      ...unknown,
      charges: 1,
    },
  ]),
  {
    name: "503 with Retry-After",
    failure: answer(503, "", { ...charged, ...withHeaders({ "retry-after": "0" }) }),
    ...unknown,
    charges: 1,
  },
  { name: "HTTP 999", failure: answer(999, envelope(1000, task), charged), ...unknown, charges: 1 },
  { name: "200 with nothing", failure: answer(200, "", charged), ...unknown, charges: 1 },
  { name: "204", failure: answer(204, "", charged), ...unknown, charges: 1 },
  { name: "200 with a page", failure: answer(200, page, charged), ...unknown, charges: 1 },
  {
    name: "200 with the first half of the JSON",
    failure: { kind: "alter", alter: (body) => body.subarray(0, body.length / 2) },
    ...unknown,
    charges: 1,
  },
  ...["{}", "[]", "null", "true", '"task-7"', '{"taskid":"task-7"}', '{"code":true}'].map((body): Row => ({
    name: `200 with ${body}`,
    failure: answer(200, body, charged),
    ...unknown,
    charges: 1,
  })),
  ...[undefined, null, {}, [], { taskid: null }, { taskid: "" }, { taskid: {} }, "task-7"].map(
    (data): Row => ({
      name: `success with ${JSON.stringify(data) ?? "no"} data`,
      failure: answer(200, envelope(1000, data), charged),
      ...unknown,
      charges: 1,
    }),
  ),
  ...["12345678901234567890", "1.5"].map((taskid): Row => ({
    name: `success with the number ${taskid} for a task id`,
    failure: answer(200, `{"code":1000,"msg":"success","data":{"taskid":${taskid}}}`, charged),
    ...unknown,
    charges: 1,
  })),
  {
    name: "JSON in UTF-16",
    failure: { kind: "alter", alter: (body) => Buffer.from(body.toString(), "utf16le") },
    ...unknown,
    charges: 1,
  },
  {
    name: "gzip that is none",
    failure: answer(200, envelope(1000, task), {
      ...charged,
      ...withHeaders({ "content-encoding": "gzip" }),
    }),
    ...unknown,
    charges: 1,
  },
  { name: "2 MB of junk", failure: { kind: "junk", bytes: 2e6, charged: true }, ...unknown, charges: 1 },
  {
    name: "2 MB of junk with 502",
    failure: { kind: "junk", bytes: 2e6, status: 502, charged: true },
    ...unknown,
    charges: 1,
  },
];

const acceptances: Row[] = [
  {
    name: "a code that the document does not know, and a task",
    failure: answer(200, envelope(1234, task)),
    ...accepted,
    says: { ...task, serviceCode: 1234 },
  },
  {
    name: "a code that the document does not know, and a task whose id is a number",
    failure: answer(200, envelope(1234, { taskid: 42 })),
    ...accepted,
    says: { taskid: "42" },
  },
  {
    name: "no code, and a task",
    failure: answer(200, JSON.stringify({ data: task })),
    ...accepted,
    says: task,
  },
  { name: "500 with a task", failure: answer(500, envelope(1000, task)), ...accepted, says: task },
  { name: "429 with a task", failure: answer(429, envelope(1000, task)), ...accepted, says: task },
  {
    name: "a task in JSON that is nested without end",
    failure: answer(200, `{"code":1000,"data":{"taskid":"task-7","more":${deep(200_000)}}}`),
    ...accepted,
    says: task,
  },
  {
    name: "a task in JSON that is nested without end, with what must be taken out of it",
    failure: answer(200, `{"code":1000,"data":{"taskid":"task-7","more":${deep(200_000)},"url":null}}`),
    ...accepted,
    says: task,
  },
  {
    name: "a task among what breaks the document",
    failure: answer(200, envelope(1000, { ...task, url: { at: "nowhere" } })),
    ...accepted,
    says: task,
  },
];

const successes: Row[] = [
  {
    name: "a byte order mark",
    failure: { kind: "alter", alter: (body) => Buffer.concat([Buffer.from("\uFEFF"), body]) },
    ...fine,
  },
  {
    name: "a wrong charset",
    failure: answer(200, envelope(1000, task), {
      ...charged,
      ...withHeaders({ "content-type": "text/html; charset=utf-16" }),
    }),
    ...fine,
    says: task,
  },
  {
    name: "bytes that are no UTF-8 in its message",
    failure: {
      kind: "alter",
      alter: (body) =>
        Buffer.from(body.toString().replace('"msg":"success"', '"msg":"r\u00e9ussi"'), "latin1"),
    },
    ...fine,
  },
  {
    name: "gzip",
    failure: answer(200, envelope(1000, task), { ...charged, gzip: true }),
    ...fine,
    says: task,
  },
  { name: "its code as text", failure: answer(200, envelope("1000", task), charged), ...fine, says: task },
  {
    name: "its task id as a number",
    failure: answer(200, envelope(1000, { taskid: 42 }), charged),
    ...fine,
    says: { taskid: "42" },
  },
  { name: "HTTP 202", failure: answer(202, envelope(1000, task), charged), ...fine, says: task },
  {
    name: "nulls for what there is not",
    failure: answer(200, envelope(1000, { ...task, url: null, cost: null }), charged),
    ...fine,
    says: { ...task, urls: [] },
  },
  {
    name: "a connection that is closed after it",
    failure: { kind: "close" },
    ...fine,
  },
];

const connections: Row[] = [
  {
    name: "a reset before its body was read",
    failure: { kind: "reset-upload" },
    ...unknown,
    charges: 0,
  },
  {
    name: "a reset in the middle of its upload",
    failure: { kind: "reset-upload", afterBytes: 100_000 },
    ...unknown,
    charges: 0,
  },
  { name: "a reset after its upload", failure: { kind: "reset", charged: true }, ...unknown, charges: 1 },
  { name: "an answer that is cut off", failure: { kind: "cut" }, ...unknown, charges: 1 },
  {
    name: "an answer that is cut off at once",
    failure: { kind: "cut", afterBytes: 0 },
    ...unknown,
    charges: 1,
  },
  {
    name: "no answer",
    failure: { kind: "hang", charged: true },
    options: { submitTimeoutMs: 1000 },
    ...unknown,
    charges: 1,
  },
  {
    name: "an answer that comes too late",
    failure: { kind: "delay", delayMs: 60_000 },
    options: { submitTimeoutMs: 1000 },
    ...unknown,
    charges: 1,
  },
  {
    name: "an answer that comes byte by byte",
    failure: { kind: "drip", bytesPerSecond: 1 },
    options: { submitTimeoutMs: 1000 },
    ...unknown,
    charges: 1,
  },
];

/** Every way in which a submit can go, in groups. */
export const submitFaults = { refusals, rateLimits, unknowns, acceptances, successes, connections };
