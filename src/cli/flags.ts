import { Argument, InvalidArgumentError, Option } from "commander";
import { defaultModel, modelFields } from "./input/models.js";

/** The flags that say which service is called, and with which key. */
export const serviceOptions = (): Option[] =>
  [
    new Option("--api-key-file <file>", "file with the API key (default: the key is in TENSORSLAB_API_KEY)"),
    new Option("--no-key", "send no key, for a server of your own that adds it"),
    new Option("--base-url <url>", "URL of the service (default: TENSORSLAB_BASE_URL, or the service's own)"),
    new Option("--mock", "run on the built-in mock server: no key, no costs, drawings instead of images"),
  ].map((option) => option.helpGroup("Service:"));

/** The flags that say what is shown. */
export const outputOptions = (): Option[] =>
  [
    new Option("--json", "print one JSON object, also on failure"),
    new Option("-q, --quiet", "show no progress, only results, warnings and failures"),
    new Option("-v, --verbose", "show each submit, read and download, without the key").conflicts("quiet"),
  ].map((option) => option.helpGroup("Output:"));

/** The folder for images and records. */
export const outOption = () =>
  new Option("-o, --out <folder>", "folder for images and records, created if missing")
    .argParser(readFolder)
    .default("images");

/** The folder of an earlier run. */
export const folderArgument = () =>
  new Argument("<folder>", "folder with records, as given to --out").argParser(readFolder);

/** Reads the path of a folder. A variable that is not set would be this folder. */
export function readFolder(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("It must be a folder, such as . for this one.");
}

/** Who may read the records, where a folder is shared by users or containers. */
export const recordModeOption = () =>
  new Option("--record-mode <octal>", "permissions of new records, such as 660 for a group")
    .argParser(readMode)
    .default(0o600, "600");

function readMode(text: string): number {
  if (/^0?[0-7]{3}$/.test(text)) return Number.parseInt(text, 8);
  throw new InvalidArgumentError("It must be file permissions in octal, such as 660.");
}

/** Time that a task is waited for. */
export const timeoutOption = () =>
  new Option("--timeout <seconds>", "stop waiting after this long; the task is still running then")
    .argParser(readSeconds)
    .default(600);

/** Reads the value of a flag that is a duration. */
export function readSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== "" && seconds > 0) return seconds;
  throw new InvalidArgumentError("It must be a number of seconds above 0.");
}

export const promptArgument = () => new Argument("[prompt]", "what to draw; - reads it from standard input");

export const dryRunOption = () =>
  new Option("--dry-run", "check and show the request, and send nothing; needs no key");

export const taskArgument = () =>
  new Argument("<taskid>", "the task, as submit printed it").argParser((text) => {
    if (text.trim() !== "") return text;
    throw new InvalidArgumentError("It must be the id of a task.");
  });

/** Number of generations in progress at the same time. */
export const concurrencyOption = (description: string) =>
  new Option("--concurrency <number>", description).argParser(readCount).default(8);

/** Takes over a folder that another run seems to work in. */
export const breakLockOption = () =>
  new Option(
    "--break-lock",
    "work in the folder although another run has locked it: make sure that it has ended",
  );

/** Reads the value of a flag that counts something. */
export function readCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("It must be a whole number above 0.");
}

/** The model that makes the images. */
export const modelOption = () =>
  new Option("--model <name>", "model that makes the images")
    .choices(modelFields.map(({ name }) => name))
    .default(defaultModel.name);
