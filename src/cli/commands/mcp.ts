import { InvalidArgumentError, Option } from "commander";
import type { ConfirmRule } from "../../mcp/index.js";
import { defineCommand } from "../command.js";
import { outOption, readCount, readFolder, readSeconds, serviceOptions } from "../flags.js";

/** `mcp`: a server of the Model Context Protocol, for agents. */
export const mcp = defineCommand({
  name: "mcp",
  summary: "serve agents over MCP on standard input and output",
  description:
    "Give agents tools that make images, over the Model Context Protocol on standard input and output. A call that an " +
    "agent repeats is not paid for again. It ends when standard input does.",
  options: [
    outOption(),
    new Option(
      "--root <folder...>",
      "folders that an agent may take source images from, beside --out",
    ).argParser((text, others: string[] = []) => [...others, readFolder(text)]),
    new Option("--confirm <rule>", "when a person must agree: never, always or above:N images").argParser(
      readRule,
    ),
    new Option("--max-images-per-session <number>", "make no more images than this until it ends").argParser(
      readCount,
    ),
    new Option(
      "--max-images-per-day <number>",
      "make no more images a day (UTC), all programs in the folder together",
    ).argParser(readCount),
    new Option("--respond-within <seconds>", "respond after this long although the task is still running")
      .argParser(readSeconds)
      .default(45),
    new Option("--no-preview", "do not show the images to the agent, only their paths"),
    ...serviceOptions(),
    new Option("-q, --quiet", "write nothing but failures to standard error").helpGroup("Output:"),
    new Option("-v, --verbose", "show each submit, read and download, without the key")
      .conflicts("quiet")
      .helpGroup("Output:"),
  ],
  examples: `
Without --confirm, a person is asked before each payment where the client can ask, and not asked where it cannot; with
always or above:N, a call is refused where the client cannot ask.

Examples:
  $ claude mcp add images --env TENSORSLAB_API_KEY=... -- npx -y tensorslab-images mcp --out ~/images
  $ tensorslab-images mcp --out images --root ~/photos --confirm above:2 --max-images-per-day 50
  $ tensorslab-images mcp --out images --mock`,
});

/** Reads the value of `--confirm`. */
export function readRule(text: string): ConfirmRule {
  if (text === "never") return { above: Infinity, isStrict: true };
  if (text === "always") return { above: 0, isStrict: true };
  const [, number] = /^above:(\d+)$/.exec(text) ?? [];
  if (number !== undefined) return { above: Number(number), isStrict: true };
  throw new InvalidArgumentError("It must be never, always or above:N, such as above:2.");
}
