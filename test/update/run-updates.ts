import { join } from "node:path";
import { text } from "node:stream/consumers";

// Runs `scripts/update/main.ts` once for each list of arguments that stands in the input, all in one process: most of
// the time of a run goes into loading the compilers.

const runs = JSON.parse(await text(process.stdin)) as string[][];
const script = join(import.meta.dirname, "../../scripts/update/main.ts");
const results: { exitCode: number; output: string; errors: string }[] = [];
for (const [index, parameters] of runs.entries()) {
  const output: string[] = [];
  const errors: string[] = [];
  console.log = (...line: unknown[]) => output.push(line.join(" "));
  console.error = (...line: unknown[]) => errors.push(line.join(" "));
  process.argv = [process.execPath, script, ...parameters];
  process.exitCode = undefined;
  await import(`${script}?run=${index}`);
  results.push({ exitCode: Number(process.exitCode), output: output.join("\n"), errors: errors.join("\n") });
}
process.exitCode = 0;
process.stdout.write(JSON.stringify(results));
