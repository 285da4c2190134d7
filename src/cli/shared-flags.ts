import { Argument, InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { defaultModel, modelFields } from "./models.js";

/** Adds what every command that asks the service understands. */
export function addServiceFlags(command: Command): Command {
  return command
    .optionsGroup("Service:")
    .option("--api-key-file <file>", "file with the API key; else it is in TENSORSLAB_API_KEY")
    .option("--base-url <url>", "where the service is; else TENSORSLAB_BASE_URL, else the service's own")
    .option("--mock", "run on the built-in mock server: no key, no costs, images that are only drawn");
}

/** Adds what every command understands. */
export function addOutputFlags(command: Command): Command {
  return command
    .optionsGroup("Output:")
    .option("--json", "print one JSON object, also on failure")
    .option("-q, --quiet", "show no progress");
}

/** A folder for images and records. */
export const outOption = () =>
  new Option("-o, --out <folder>", "folder for images and records, made if need be").default("images");

/** How long to wait for a task. */
export const timeoutOption = () =>
  new Option("--timeout <seconds>", "give up waiting after this long; the task goes on")
    .argParser(readSeconds)
    .default(600);

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== "" && seconds > 0) return seconds;
  throw new InvalidArgumentError("It must be a number of seconds above 0.");
}

export const promptArgument = () => new Argument("[prompt]", "what to draw; - reads it from standard input");

export const dryRunOption = () =>
  new Option("--dry-run", "check and show the request, and send nothing; needs no key");

export const taskArgument = () => new Argument("<taskid>", "the task, as submit printed it");

/** How many generations are under way at the same time. */
export const concurrencyOption = (description: string) =>
  new Option("--concurrency <number>", description).argParser(readCount).default(8);

function readCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("It must be a whole number above 0.");
}

/** Which model makes the images. */
export const modelOption = () =>
  new Option("--model <name>", "model that makes the images")
    .choices(modelFields.map(({ name }) => name))
    .default(defaultModel.name);
