import { InvalidArgumentError, Option } from "commander";
import { defineCommand } from "../command.js";

/** `mock`: runs the mock server until it is stopped. */
export const mock = defineCommand({
  name: "mock",
  summary: "run the mock server",
  description: "Run the mock server on this machine until Ctrl-C: the service, offline and without costs.",
  options: [
    numberOption("--port <number>", "port of the API (default: a free one)"),
    numberOption("--results-port <number>", "port of the images (default: a free one)"),
    numberOption("--page-port <number>", "port of the page (default: a free one)"),
    new Option("--no-page", "serve no page and no control API"),
    new Option("--host <address>", "address to listen on; 0.0.0.0 lets containers in (default: 127.0.0.1)"),
    new Option("--public-url <url>", "address of the API for others; result URLs name its host"),
    numberOption("--credits <number>", "how many images can be made (default: any number)"),
    numberOption("--task-seconds <number>", "how long a task takes (default: 3)"),
    numberOption("--image-size <pixels>", "longest side of an image (default: the size that is asked for)"),
    numberOption("--seed <number>", "give the same picture for the same prompt"),
    new Option(
      "--record <file>",
      "pass requests on to the real service, and record them; the key is never written",
    ),
    new Option("--service <url>", "the real service to record (default: the service's own address)"),
    new Option("--replay <file>", "respond as it was recorded, without a key").conflicts("record"),
    new Option("--json", "print one JSON object with every address"),
    new Option("-q, --quiet", "do not show the requests"),
  ],
  examples: `
Its URL is printed, and that of a page that shows every request. A marker in a prompt makes it fail, as in
"a red fox [mock:task-failed]"; an unknown marker is refused with a list of the known ones.

Examples:
  $ tensorslab-images mock --port 8080
  $ tensorslab-images mock --port 8080 --page-port 8081 --image-size 64 --json
  $ TENSORSLAB_API_KEY=any tensorslab-images "a red fox" --base-url http://127.0.0.1:8080`,
});

function numberOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const number = Number(text);
    if (text.trim() !== "" && number >= 0) return number;
    throw new InvalidArgumentError("It must be a number of 0 or more.");
  });
}
