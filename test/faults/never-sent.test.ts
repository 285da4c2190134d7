import { expect, it } from "vitest";
import { neverSent } from "../../src/api/never-sent.js";

const failure = (details: object, cause?: unknown) =>
  Object.assign(new Error("it failed", { cause }), details);
const aggregate = (errors: unknown[], details = {}) => Object.assign(new AggregateError(errors), details);
const refused = failure({ code: "ECONNREFUSED", syscall: "connect" });
const reset = failure({ code: "ECONNRESET", syscall: "read" });

it.each([
  ["Node's refused connection", new TypeError("fetch failed", { cause: refused })],
  ["Node's unknown name", failure({ code: "ENOTFOUND", syscall: "getaddrinfo" })],
  ["a name lookup that may work later", failure({ code: "EAI_AGAIN", syscall: "getaddrinfo" })],
  ["a name lookup that failed in another way", failure({ code: "EAI_FAIL", syscall: "getaddrinfo" })],
  ["a network that cannot be reached", failure({ code: "ENETUNREACH", syscall: "connect" })],
  ["a connection that took too long", failure({ code: "ETIMEDOUT", syscall: "connect" })],
  ["every address of a name", aggregate([refused, failure({ syscall: "connect" })], { code: "ETIMEDOUT" })],
  ["Bun's refused connection", failure({ code: "ConnectionRefused" })],
  ["an error in an error in an error", failure({}, failure({}, failure({}, refused)))],
])("proves that nothing was sent: %s", (_, error) => expect(neverSent(error)).toBe(true));

it.each([
  ["a reset", reset],
  ["a reset while writing", failure({ code: "ECONNRESET", syscall: "write" })],
  ["a broken pipe", failure({ code: "EPIPE", syscall: "write" })],
  ["a read that took too long", failure({ code: "ETIMEDOUT", syscall: "read" })],
  ["a host that became unreachable", failure({ code: "EHOSTUNREACH", syscall: "read" })],
  ["a socket that was closed", failure({ code: "UND_ERR_SOCKET" })],
  ["headers that did not come", failure({ code: "UND_ERR_HEADERS_TIMEOUT" })],
  ["addresses of which one was reached", aggregate([refused, reset], { code: "ECONNREFUSED" })],
  ["no addresses", aggregate([])],
  ["what a browser says", new TypeError("Failed to fetch")],
  ["words that only sound like it", failure({ message: "connect ECONNREFUSED 127.0.0.1:80" })],
  ["nothing", undefined],
  ["text", "ECONNREFUSED"],
])("proves nothing: %s", (_, error) => expect(neverSent(error)).toBe(false));
