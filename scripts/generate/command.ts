import { readdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildEffectiveDocument, readSpecification } from "./document.js";
import { emitSources, formatSources, notice } from "./generated-files.js";
import { formatTable, markers, replaceTable } from "./fields-table.js";
import { printable } from "./printable.js";
import { DocumentError } from "./source.js";
import { describeSystemError, isSystemError, readText } from "./system-error.js";
import { findStale, writeFiles } from "./write-files.js";

const usage = "npm run generate -- [--check] [--json] [--spec FOLDER] [--out FOLDER] [--readme FILE]";
const root = resolve(import.meta.dirname, "../..");

/**
 * Runs `npm run generate` with some parameters: `report` gets a line for each problem, and the result is the exit status.
 *
 * @param output Gets the same as one JSON object, with `--json`.
 */
export async function generate(
  parameters: string[],
  report: (line: string) => void,
  output: (text: string) => void = report,
): Promise<number> {
  const isJson = parameters.includes("--json");
  const lines: string[] = [];
  const say = isJson ? (line: string) => void lines.push(line) : report;
  const { exitCode, error } = await run(parameters, say).then(
    (status) => ({ exitCode: status, error: undefined }),
    (reason: unknown) => ({ exitCode: 1, error: describe(reason) }),
  );
  if (isJson) output(JSON.stringify({ ok: exitCode === 0, lines, error }, null, 2));
  else if (error !== undefined) report(error);
  return exitCode;
}

/** An error that was to be expected, in words; any other is thrown. */
function describe(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code?.startsWith("ERR_PARSE_ARGS")) return `${message}\nUsage: ${usage}`;
  if (error instanceof DocumentError) return message;
  if (isSystemError(error)) return printable(describeSystemError(error));
  throw error;
}

async function run(parameters: string[], report: (line: string) => void): Promise<number> {
  const { values } = parseArgs({
    args: parameters,
    options: {
      check: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      spec: { type: "string", default: join(root, "spec") },
      out: { type: "string", default: join(root, "generated") },
      readme: { type: "string" },
    },
  });
  const emitted = await emitSources(await buildEffectiveDocument(await readSpecification(values.spec)));
  for (const note of emitted.notes) report(`note: ${note}`);
  const files = await formatSources(emitted);
  const stale = await findStale(files, values.out);
  const readme = await readReadme(values, emitted.table, report);
  if (!values.check) {
    await write(files, stale, values.out);
    if (readme?.isStale) await writeFiles(new Map([[readme.path, readme.text]]));
    return 0;
  }
  if (readme?.isStale) stale.push(readme.path);
  for (const name of stale) report(`stale: ${resolve(values.out, name)}`);
  if (stale.length > 0) report("Run `npm run generate` and commit what it writes.");
  return stale.length > 0 ? 1 : 0;
}

/** The page that holds the table of fields, as it should be: the project's own, unless the files go elsewhere. */
async function readReadme(
  { out, readme }: { out: string; readme?: string | undefined },
  table: string,
  report: (line: string) => void,
): Promise<{ path: string; text: string; isStale: boolean } | undefined> {
  const path = readme ?? (resolve(out) === join(root, "generated") ? join(root, "README.md") : undefined);
  if (path === undefined) return undefined;
  const before = await readText(path);
  const text = replaceTable(before, await formatTable(table));
  if (text === undefined) report(`note: ${path} has no place for the table of fields, between ${markers}`);
  return text === undefined ? undefined : { path: resolve(path), text, isStale: text !== before };
}

/** Writes what has changed and removes what is left over; a folder that was never generated is not emptied. */
async function write(files: Map<string, string>, stale: string[], folder: string): Promise<void> {
  const leftOver = stale.filter((name) => !files.has(name));
  if (leftOver.length > 0 && !(await wasGenerated(folder))) {
    throw new DocumentError(
      `${folder}: holds ${leftOver[0]} and nothing generated: name a folder for generated files alone`,
    );
  }
  const changed = stale.flatMap((name) =>
    files.has(name) ? [[join(folder, name), files.get(name)!] as const] : [],
  );
  await writeFiles(new Map(changed));
  for (const name of leftOver) await rm(join(folder, name), { recursive: true });
}

/** Whether a file in the folder says that it was generated. */
async function wasGenerated(folder: string): Promise<boolean> {
  const names = await readdir(folder);
  const texts = names.map((name) => readFile(join(folder, name), "utf8").catch(() => ""));
  return (await Promise.all(texts)).some((text) => text.slice(0, 200).includes(notice));
}
