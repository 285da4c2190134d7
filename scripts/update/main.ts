import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { DocumentError } from "../generate/source.js";
import { PageError } from "./page.js";
import { newOperations, writeReport } from "./report.js";
import { prepareUpdate } from "./update.js";
import { verify } from "./verify.js";

const usage = `npm run spec:update -- [--check] [--json] [URL|FILE…]

Without names, every page in spec/sources.yaml is fetched; a name adds a document or replaces one.
  --check              say what would change, and change nothing
  --json               print the report as JSON
  --project FOLDER     the project to update (default: this one)
  --timeout-ms NUMBER  milliseconds for each page (default: 30000)
  --max-bytes NUMBER   the longest page (default: 5242880)

Exit code: 0 nothing changed, 10 compatible changes, 20 breaking changes, 1 failed: nothing could be written, or what
should be compatible does not pass the project's checks.`;

const exitCodes = { none: 0, cosmetic: 10, compatible: 10, breaking: 20 } as const;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      check: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      project: { type: "string", default: resolve(import.meta.dirname, "../..") },
      "timeout-ms": { type: "string", default: "30000" },
      "max-bytes": { type: "string", default: "5242880" },
    },
  });
  const limits = { timeoutMs: count(values["timeout-ms"]), maxBytes: count(values["max-bytes"]) };
  const { report, write } = await prepareUpdate(values.project, positionals, limits);
  const canApply = report.overlay.unmatched.length === 0;
  let failure: Awaited<ReturnType<typeof verify>>;
  if (canApply && !values.check) {
    await write();
    if (report.verdict !== "none") {
      failure = await verify(values.project, newOperations(report).length > 0);
      report.checks = failure ? `${failure.name} failed` : "passed";
    }
  }
  console.log(values.json ? JSON.stringify(report, null, 2) : writeReport(report));
  if (!canApply) {
    console.error(
      "Nothing was written: mend spec/overlay.yaml, whose actions must all match, and try again.",
    );
    return 1;
  }
  if (failure)
    console.error(
      `${failure.output}\nEverything was written, but the ${failure.name} fail: mend the sources.`,
    );
  // That sources and tests must follow a breaking change is no failure of the update.
  return failure && report.verdict !== "breaking" ? 1 : exitCodes[report.verdict];
}

function count(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw Object.assign(new Error(`${text} is no whole number above 0`), {
    code: "ERR_PARSE_ARGS_INVALID_OPTION_VALUE",
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code?.startsWith("ERR_PARSE_ARGS")) console.error(`${message}\nUsage: ${usage}`);
  else if (error instanceof DocumentError || error instanceof PageError || code === "ENOENT")
    console.error(message);
  else throw error;
  if (process.argv.includes("--json")) console.log(JSON.stringify({ error: message }, null, 2));
  process.exitCode = 1;
}
