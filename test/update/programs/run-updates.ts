import { text } from "node:stream/consumers";
import { runUpdate } from "../../../scripts/update/command.js";

// Runs `npm run spec:update` once for each list of arguments that stands in the input, all in one process: most of the
// time of a run goes into loading the compilers.

const runs = JSON.parse(await text(process.stdin)) as string[][];
const results: { exitCode: number; output: string; errors: string }[] = [];
for (const parameters of runs) {
  const output: string[] = [];
  const errors: string[] = [];
  const streams = { output: (line: string) => output.push(line), error: (line: string) => errors.push(line) };
  const exitCode = await runUpdate(parameters, streams);
  results.push({ exitCode, output: output.join("\n"), errors: errors.join("\n") });
}
process.stdout.write(JSON.stringify(results));
