import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { addBatch } from "./commands/batch.js";
import { addCompletion } from "./commands/completion.js";
import { addDownload } from "./commands/download.js";
import { addGenerate } from "./commands/generate.js";
import { addMock } from "./commands/mock.js";
import { addResume } from "./commands/resume.js";
import { addStatus } from "./commands/status.js";
import { addSubmit } from "./commands/submit.js";
import { addWait } from "./commands/wait.js";
import { modelFields } from "./models.js";
import { writeLines } from "./output.js";

/** The whole command, ready to parse its arguments; where it would end the process, it throws a CommanderError. */
export function createProgram(): Command {
  const program = new Command("tensorslab-images")
    .description("Make images with the TensorsLab Images API: one, or ten thousand.")
    .usage("[command] [options]")
    .option("-V, --version", "print the version")
    .on("option:version", printVersion);
  addGenerate(program);
  addSubmit(program);
  addStatus(program);
  addWait(program);
  addDownload(program);
  addResume(program);
  addBatch(program);
  addMock(program);
  addCompletion(program);
  program.addHelpText("after", `${examples}\n\n${listModels()}\n\n${exitStatus}`);
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ outputError: () => undefined });
  }
  return program;
}

function printVersion(): never {
  const { version } = createRequire(import.meta.url)("tensorslab-images/package.json") as { version: string };
  writeLines([version]);
  throw new CommanderError(0, "commander.version", version);
}

const examples = `
A prompt without a command is what generate does.

Examples:
  $ tensorslab-images "a red fox in fresh snow" --resolution 16:9
  $ tensorslab-images batch jobs.jsonl --out foxes --concurrency 8
  $ tensorslab-images resume foxes
  $ tensorslab-images generate --help`;

const exitStatus = `Exit status:
  0 done   2 invalid use or input   3 configuration or authentication   4 insufficient credits
  5 refused by the service   6 task failed   7 still running when the wait ended
  8 outcome of a submit unknown   9 download incomplete   1 anything else   130 interrupted`;

function listModels(): string {
  const list = modelFields.map(
    ({ name, fields }) => `  ${name}: ${fields.map((field) => field.name).join(", ")}`,
  );
  return ["Models and their fields:", ...list].join("\n");
}
