import { Argument, Option } from "commander";
import { defineCommand } from "../command.js";
import {
  breakLockOption,
  concurrencyOption,
  modelOption,
  outOption,
  outputOptions,
  readCount,
  recordModeOption,
  serviceOptions,
  timeoutOption,
} from "../flags.js";

/** `batch JOBS`: from a list to a folder of images. */
export const batch = defineCommand({
  name: "batch",
  summary: "make the images of a whole list",
  description:
    "Make the images of a list: a JSON object on each line (.jsonl), a JSON array (.json), a table whose first row " +
    "names the columns (.csv, .tsv), or a prompt on each line (.txt). A row has the fields of the model and, " +
    "optionally, an id. Every row is validated before the first is sent. A second run does only what is not done.",
  argument: new Argument("<jobs>", "the list"),
  options: [
    modelOption(),
    outOption(),
    recordModeOption(),
    concurrencyOption("how many rows to process at the same time"),
    timeoutOption(),
    new Option("--dry-run", "validate the list and the folder, and send nothing; needs no key"),
    new Option(
      "--resubmit-unknown",
      "submit rows again whose outcome is unknown: they may be paid for twice",
    ),
    new Option("--resubmit-failed", "submit rows again whose task failed"),
    new Option("--limit <number>", "submit at most so many rows in this run").argParser(readCount),
    new Option("--max-images <number>", "submit no more images than that in this run").argParser(readCount),
    new Option(
      "--max-images-per-day <number>",
      "nor in a day (UTC), all runs in the folder together",
    ).argParser(readCount),
    breakLockOption(),
    ...serviceOptions(),
    ...outputOptions(),
  ],
  examples: `
Paths in a list are relative to the list. source takes files and a URL, as --source does. In a table, several
values of a cell have semicolons in between.

Examples:
  $ cat foxes.jsonl
  {"id": "snow", "prompt": "a red fox in fresh snow", "resolution": "16:9"}
  {"id": "night", "prompt": "the same fox at night", "source": ["photo.jpg"]}
  $ tensorslab-images batch foxes.jsonl --dry-run
  $ tensorslab-images batch foxes.jsonl --out foxes --concurrency 16`,
});
