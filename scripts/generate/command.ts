import { readdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildEffectiveDocument, readSpecification } from "./document.js";
import { emitSources, formatSources, notice } from "./generated-files.js";
import { markers, replaceTable } from "./fields-table.js";
import { DocumentError } from "./source.js";
import { findStale, writeFiles } from "./write-files.js";

const usage = "npm run generate -- [--check] [--spec FOLDER] [--out FOLDER] [--readme FILE]";
const root = resolve(import.meta.dirname, "../..");

/** Does what `npm run generate` is told, says on `report` what is wrong, and gives the exit status. */
export async function generate(parameters: string[], report: (line: string) => void): Promise<number> {
  try {
    return await run(parameters, report);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith("ERR_PARSE_ARGS")) report(`${message}\nUsage: ${usage}`);
    else if (error instanceof DocumentError || code === "ENOENT") report(message);
    else throw error;
    return 1;
  }
}

async function run(parameters: string[], report: (line: string) => void): Promise<number> {
  const { values } = parseArgs({
    args: parameters,
    options: {
      check: { type: "boolean", default: false },
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
  const before = await readFile(path, "utf8");
  const text = replaceTable(before, table);
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
