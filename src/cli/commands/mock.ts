import { InvalidArgumentError, Option } from "commander";
import { defineCommand } from "../command.js";

/** `mock`: runs the mock server until it is stopped. */
export const mock = defineCommand({
  name: "mock",
  summary: "run the mock server",
  description: "Run the mock server on this machine until Ctrl-C: the service, offline and without costs.",
  options: [
    portOption("--port <number>", "port of the API (default: a free one)"),
    portOption("--results-port <number>", "port of the images (default: a free one)"),
    portOption("--page-port <number>", "port of the page (default: a free one)"),
    new Option("--no-page", "serve no page and no control API"),
    new Option(
      "--host <address>",
      "address to listen on; 0.0.0.0 lets containers in (default: 127.0.0.1)",
    ).argParser((text) => check(text, /^[\w.:-]+$/.test(text), "It must be a host name or an IP address.")),
    urlOption("--public-url <url>", "address of the API for others; result URLs name its host"),
    wholeOption("--credits <number>", "how many images can be made (default: any number)"),
    new Option("--task-seconds <number>", "how long a task takes (default: 3)").argParser((text) =>
      check(
        Number(text),
        text.trim() !== "" && Number(text) >= 0,
        "It must be a number of seconds, 0 or more.",
      ),
    ),
    wholeOption("--image-size <pixels>", "longest side of an image (default: the size that is asked for)", 1),
    wholeOption("--seed <number>", "give the same picture for the same prompt"),
    new Option(
      "--record <file>",
      "pass requests on to the real service, and record them; the key is never written",
    ),
    urlOption("--service <url>", "the real service to record (default: the service's own address)"),
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

function portOption(flags: string, description: string): Option {
  return wholeOption(flags, description, 0, 65_535);
}

function wholeOption(flags: string, description: string, least = 0, most = Infinity): Option {
  const rule = `It must be a whole number of ${least} or more${most === Infinity ? "" : `, at most ${most}`}.`;
  return new Option(flags, description).argParser((text) => {
    const number = Number(text);
    const isWhole = text.trim() !== "" && Number.isInteger(number);
    return check(number, isWhole && number >= least && number <= most, rule);
  });
}

function urlOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const { protocol, username } = URL.canParse(text) ? new URL(text) : { protocol: "", username: "" };
    const isFit = /^https?:$/.test(protocol) && username === "";
    return check(text, isFit, "It must be a URL of http or https without credentials.");
  });
}

/** Returns the value of a flag if it is valid, and says else what would be. */
function check<Value>(value: Value, isValid: boolean, rule: string): Value {
  if (isValid) return value;
  throw new InvalidArgumentError(rule);
}
