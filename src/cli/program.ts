import { Command } from "commander";
import { batch } from "./commands/batch.js";
import { complete, completion } from "./commands/completion.js";
import { download } from "./commands/download.js";
import { generate } from "./commands/generate.js";
import { mcp } from "./commands/mcp.js";
import { mock } from "./commands/mock.js";
import { records } from "./commands/records.js";
import { resume } from "./commands/resume.js";
import { status } from "./commands/status.js";
import { submit } from "./commands/submit.js";
import { wait } from "./commands/wait.js";
import { listExitStatuses } from "./exit-status.js";
import { modelFields } from "./input/models.js";
import { writeLines } from "./terminal/output.js";

/** The whole command, ready to parse its words; where it would end the process, it throws a CommanderError. */
export function createProgram(): Command {
  const program = new Command("tensorslab-images")
    .description("Make images with the TensorsLab Images API: one, or ten thousand.")
    .usage("[command] [options]")
    .option("-V, --version", "print the version")
    .addHelpText("after", `${examples}\n\n${listModels()}\n\n${listExitStatuses()}`);
  const commands = [
    generate,
    submit,
    status,
    wait,
    download,
    resume,
    records,
    batch,
    mcp,
    mock,
    completion,
    complete,
  ];
  for (const addCommand of commands) addCommand(program);
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .showSuggestionAfterError(false)
      .configureOutput({
        outputError: () => undefined,
        writeOut: (help) => writeLines(help.trimEnd().split("\n")), // it has texts of the document
      });
  }
  return program;
}

const examples = `
A prompt of several words without a command is for generate. Flags may stand anywhere.

Examples:
  $ tensorslab-images "a red fox in fresh snow" --resolution 16:9
  $ tensorslab-images batch jobs.jsonl --out foxes --concurrency 8
  $ tensorslab-images resume foxes
  $ tensorslab-images generate --help`;

function listModels(): string {
  const list = modelFields.map(
    ({ name, fields }) => `  ${name}: ${fields.map((field) => field.name).join(", ")}`,
  );
  return ["Models and their fields:", ...list].join("\n");
}
