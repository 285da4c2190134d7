import { once } from "node:events";
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import type { MockRequest } from "../../mock-server/index.js";
import { UsageError } from "../exit-codes.js";
import type { Result } from "../output.js";
import { perform } from "../perform.js";
import type { Context, OutputFlags } from "../perform.js";

interface Flags extends OutputFlags {
  port?: number;
  resultsPort?: number;
  credits?: number;
  taskSeconds?: number;
}

/** `mock`: the service, offline, until it is stopped. */
export function addMock(program: Command): void {
  program
    .command("mock")
    .summary("run the mock server")
    .description("Run the mock server on this machine until Ctrl-C: the service, offline and without costs.")
    .option("--port <number>", "port of the API (default: a free one)", readNumber)
    .option("--results-port <number>", "port of the images (default: a free one)", readNumber)
    .option("--credits <number>", "how many images can be made (default: any number)", readNumber)
    .option("--task-seconds <number>", "how long a task takes (default: 3)", readNumber)
    .option("-q, --quiet", "do not show the requests")
    .addHelpText("after", examples)
    .action((flags: Flags) => perform("mock", flags, (context) => mock(flags, context)));
}

const examples = `
Its URL is printed. A prompt with a marker goes wrong, as in "a red fox [mock:task-failed]"; a marker
that does not exist is refused with a list of those that do.

Examples:
  $ tensorslab-images mock --port 8080
  $ TENSORSLAB_API_KEY=any tensorslab-images "a red fox" --base-url http://127.0.0.1:8080`;

async function mock(flags: Flags, { progress, signal }: Context): Promise<Result> {
  const { startMockServer } = await import("../../mock-server/index.js");
  const { port, resultsPort, credits, taskSeconds } = flags;
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
    throw new UsageError(cause.message, { cause }); // a port that is taken, or is none
  });
  process.stdout.write(`${server.url}\n`);
  if (!signal.aborted) await once(signal, "abort");
  await server.close();
  return { lines: [], data: {} };
}

function readNumber(text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && number >= 0) return number;
  throw new InvalidArgumentError("It must be a number of 0 or more.");
}
