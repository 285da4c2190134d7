import { readdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildEffectiveDocument, readSpecification } from "./document.js";
import { createGeneratedFiles, notice } from "./generated-files.js";
import { DocumentError } from "./source.js";
import { findStale, writeFiles } from "./write-files.js";

const usage = "npm run generate -- [--check] [--spec FOLDER] [--out FOLDER]";
const root = resolve(import.meta.dirname, "..");

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      check: { type: "boolean", default: false },
      spec: { type: "string", default: join(root, "spec") },
      out: { type: "string", default: join(root, "generated") },
    },
  });
  const files = await createGeneratedFiles(
    await buildEffectiveDocument(await readSpecification(values.spec)),
  );
  const stale = await findStale(files, values.out);
  if (!values.check) {
    await write(files, stale, values.out);
    return 0;
  }
  for (const name of stale) console.error(`stale: ${join(values.out, name)}`);
  if (stale.length > 0) console.error("Run `npm run generate` and commit what it writes.");
  return stale.length > 0 ? 1 : 0;
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

try {
  process.exitCode = await main();
} catch (error) {
  const code = (error as NodeJS.ErrnoException).code;
  if (code?.startsWith("ERR_PARSE_ARGS")) console.error(`${(error as Error).message}\nUsage: ${usage}`);
  else if (error instanceof DocumentError || code === "ENOENT") console.error((error as Error).message);
  else throw error;
  process.exitCode = 1;
}
