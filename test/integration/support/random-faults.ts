import type { MockFailure, MockRequest } from "../../../src/mock-server/index.js";

const page = { "content-type": "text/html" };
const busy: MockFailure = { kind: "response", status: 429, headers: { "retry-after": "0" } };
const gateway: MockFailure = { kind: "response", status: 502, headers: page, body: "<h1>Bad Gateway</h1>" };
/** The faults that each request can meet, in this proportion. */
export const faults: Record<MockRequest["role"], MockFailure[]> = {
  submit: [
    busy,
    busy,
    busy,
    { ...gateway, charged: true },
    { kind: "reset", charged: true },
    { kind: "reset" },
    { kind: "response", body: '{"code":9999,"msg":"refused"}' },
  ],
  status: [busy, gateway, { kind: "reset" }, { kind: "cut" }],
  result: [gateway, { kind: "reset" }, { kind: "cut" }, { kind: "drip", bytesPerSecond: 20_000 }],
  other: [],
};

/** Random numbers that a seed repeats. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
