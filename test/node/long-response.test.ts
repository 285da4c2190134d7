import { expect, test } from "vitest";
import { runModule } from "../support/run-module.js";

// In a process of its own, whose clock is false from its start: undici keeps one timer for all requests.
const program = `
  import { createServer } from "node:net";
  import { createFetch } from "./src/node/index.ts";

  let now = 0;
  const timers = new Set();
  globalThis.clearTimeout = (timer) => void timers.delete(timer);
  globalThis.setTimeout = (run, ms) => {
    const timer = {
      run,
      at: now + ms,
      unref: () => timer,
      refresh() {
        timer.at = now + ms;
        timers.add(timer);
      },
    };
    timers.add(timer);
    return timer;
  };
  function letAnHourPass() {
    for (const end = now + 3_600_000; now < end; now += 100) {
      for (const timer of [...timers].filter(({ at }) => at <= now)) {
        timers.delete(timer);
        timer.run();
      }
    }
  }

  let toClient;
  const server = createServer((socket) => socket.once("data", () => (toClient = socket)));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const responding = createFetch({ proxy: null })("http://127.0.0.1:" + server.address().port);
  while (!toClient) await new Promise(setImmediate);
  letAnHourPass();
  toClient.write("HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\na");
  const text = (await responding).text();
  letAnHourPass();
  toClient.write("b");
  console.log(await text);
  process.exit();
`;

test("a response and its body may take as long as the request's signal lets them", async () => {
  expect(await runModule(program)).toBe("ab\n");
});
