import type { ModelFields } from "../input/models.js";
import { readLines } from "./lines.js";
import type { Fault, WrittenRow } from "./row.js";

/** Reads a list with one prompt on each line; blank lines are skipped. */
export async function* readPrompts(
  text: AsyncIterable<string>,
  model: ModelFields,
): AsyncGenerator<WrittenRow | Fault, void> {
  if (model.prompt === undefined) {
    return yield { line: 1, path: "", message: `cannot be a list of prompts: ${model.name} takes no prompt` };
  }
  let line = 0;
  for await (const written of readLines(text)) {
    line++;
    const prompt = written.trim();
    if (prompt !== "") yield { line, fields: { [model.prompt]: prompt } };
  }
}
