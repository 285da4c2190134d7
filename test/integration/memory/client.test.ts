import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { expect, it, onTestFinished } from "vitest";
import { startMockServer } from "../../../src/mock-server/index.js";
import type { MockFailure } from "../../../src/mock-server/index.js";
import { runProgram } from "./run-program.js";

const transports = ["the built-in fetch", "createFetch"];

it.each(transports)(
  "over %s an answer of 100 MB, or one that unpacks to that, costs little memory",
  async (TRANSPORT) => {
    const bomb = gzipSync(Buffer.alloc(100e6, " "));
    const headers = { "content-encoding": "gzip" };
    const failures: (MockFailure | undefined)[] = [
      undefined,
      { kind: "junk", bytes: 100e6 },
      { kind: "junk", bytes: 100e6, status: 502 },
      { kind: "response", body: bomb, headers },
      { kind: "response", status: 500, body: bomb, headers },
    ];
    const servers = await Promise.all(failures.map((failure) => startMockServer({ fail: () => failure })));
    onTestFinished(async () => void (await Promise.all(servers.map((server) => server.close()))));
    const { errors, growth } = await runProgram(
      "answer-memory",
      servers.map(({ url }) => url),
      { TRANSPORT },
    );
    expect(errors).toEqual(
      Array(4).fill(expect.stringMatching(/^OutcomeUnknownError: .* longer than 1048576 bytes/)),
    );
    expect(growth).toBeLessThan(50);
    expect(servers.map(({ requests }) => requests.length)).toEqual([1, 1, 1, 1, 1]);
  },
);

it.each(transports)(
  "over %s 10,000 waits at once share one listener and a few connections, in little memory",
  async (TRANSPORT) => {
    const count = 10_000;
    let inFlight = 0;
    let mostInFlight = 0;
    let connections = 0;
    // A machine that stalls must not make idle connections expire, which would be counted again.
    const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
      mostInFlight = Math.max(mostInFlight, ++inFlight);
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const { taskid } = JSON.parse(body) as { taskid: string };
        const image_status = Number(taskid.slice("task-".length)) % 2 ? 2 : 3;
        setImmediate(() => {
          inFlight--;
          response.end(
            JSON.stringify({
              code: 1000,
              msg: "success",
              data: { taskid, image_status, url: ["https://images.test/1.png"] },
            }),
          );
        });
      });
    });
    server.on("connection", () => connections++);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = server.address() as AddressInfo;
    const { megabytes, ...rest } = await runProgram("many-waits", [`http://127.0.0.1:${port}`, `${count}`], {
      TRANSPORT,
    });
    expect(rest).toEqual({
      completed: count / 2,
      stopped: count / 2,
      mostListeners: 1,
      listenersLeft: 0,
      warnings: [],
    });
    // Runs lie between 239 and 265; the benchmark says whether the goal of 250 is met. A kilobyte more for each wait is 10.
    expect(megabytes).toBeLessThan(280);
    expect(mostInFlight).toBeLessThanOrEqual(64);
    expect(connections).toBeLessThanOrEqual(64);
  },
);
