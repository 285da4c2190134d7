import { expect, onTestFinished, test, vi } from "vitest";
import { createFetch } from "../../src/node/index.js";
import { httpAnswer, startRawServer } from "../faults/support/raw-server.js";

// In a file of its own: undici keeps one timer for all requests of a process, which must be a fake one from its start.

test("a response and its body may take as long as the request's signal lets them", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const answer = httpAnswer({ a: 1 });
  let send = (_: string) => {};
  const server = await startRawServer((socket) => {
    send = (text) => void socket.write(text);
  });
  const fetch = createFetch({ proxy: null });
  onTestFinished(async () => {
    await Promise.all([fetch.close(), server.close()]);
  });
  const responding = fetch(`http://127.0.0.1:${server.port}`);
  while (!server.connections[0]) await new Promise(setImmediate);
  await vi.advanceTimersByTimeAsync(1_000_000);
  send(answer.slice(0, -3));
  const response = await responding;
  const text = response.text();
  await vi.advanceTimersByTimeAsync(1_000_000);
  send(answer.slice(-3));
  expect(await text).toBe('{"a":1}');
});
