import { once } from "node:events";
import { InvalidArgumentError, Option } from "commander";
import type { MockRequest } from "../../mock-server/index.js";
import { defineCommand } from "../command.js";
import { UsageError } from "../exit-status.js";

interface Flags {
  port?: number;
  resultsPort?: number;
  credits?: number;
  taskSeconds?: number;
}

/** `mock`: runs the mock server until it is stopped. */
export const mock = defineCommand<Flags>({
  name: "mock",
  summary: "run the mock server",
  description: "Run the mock server on this machine until Ctrl-C: the service, offline and without costs.",
  options: [
    numberOption("--port <number>", "port of the API (default: a free one)"),
    numberOption("--results-port <number>", "port of the images (default: a free one)"),
    numberOption("--credits <number>", "how many images can be made (default: any number)"),
    numberOption("--task-seconds <number>", "how long a task takes (default: 3)"),
    new Option("-q, --quiet", "do not show the requests"),
  ],
  examples: `
Its URL is printed. A marker in a prompt makes it fail, as in "a red fox [mock:task-failed]"; an unknown
marker is refused with a list of the known ones.

Examples:
  $ tensorslab-images mock --port 8080
  $ TENSORSLAB_API_KEY=any tensorslab-images "a red fox" --base-url http://127.0.0.1:8080`,
  async work({ flags: { port, resultsPort, credits, taskSeconds }, progress, signal }) {
    const { startMockServer } = await import("../../mock-server/index.js");
    const options = {
      port,
      resultsPort,
      credits,
      taskDurationMs: taskSeconds === undefined ? undefined : taskSeconds * 1000,
      fail({ method, path }: MockRequest) {
        progress.note(`${method} ${path.split("?", 1)[0]}`);
        return undefined;
      },
    };
    const server = await startMockServer(options).catch((cause: Error) => {
      throw new UsageError(cause.message, { cause }); // the port is in use or invalid
    });
    process.stdout.write(`${server.url}\n`);
    if (!signal.aborted) await once(signal, "abort");
    await server.close();
    return { lines: [], data: {} };
  },
});

function numberOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const number = Number(text);
    if (text.trim() !== "" && number >= 0) return number;
    throw new InvalidArgumentError("It must be a number of 0 or more.");
  });
}
