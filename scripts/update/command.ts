import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { DocumentError } from "../generate/source.js";
import { PageError } from "./pages/page.js";
import type { UpdateReport } from "./report/report.js";
import { fence, showJson, showLines } from "./report/show-text.js";
import { writeReport } from "./report/write-report.js";
import { describeSystemError, isSystemError } from "../generate/system-error.js";
import { withLock } from "./transaction/lock.js";
import { finish, isInterrupted, replaceFiles, undoInterrupted } from "./transaction/transaction.js";
import { UpdateError } from "./update-error.js";
import { prepareUpdate } from "./update.js";
import { verify } from "./verify.js";

const usage = `npm run spec:update -- [--check] [--json] [URL|FILE…]

Without names, fetches every page in spec/sources.yaml; a name adds a document or replaces one.
  --check              only report what would change
  --json               print the report as JSON
  --replace DOCUMENT   the document in spec/ that the one name replaces, if its path has moved
  --summary FILE       also write the report to a file, as Markdown for a pull request
  --project FOLDER     the project to update (default: this one)
  --timeout-ms NUMBER  milliseconds for each page (default: 30000)
  --max-bytes NUMBER   the longest page (default: 5242880)

Exit code: 0 nothing has changed, 10 existing code continues to work, 20 existing code may break, 1 failed: nothing was
written, or a change that should be compatible does not pass the project's checks.`;

const exitCodes = { none: 0, cosmetic: 10, compatible: 10, breaking: 20 } as const;

/** Where the command prints. */
export interface Streams {
  output: (text: string) => void;
  error: (text: string) => void;
}

type Settings = ReturnType<typeof readSettings>;

/** Runs `npm run spec:update` with some parameters, and gives the exit code. */
export async function runUpdate(
  parameters: string[],
  { output, error: printError }: Streams,
): Promise<number> {
  const isJson = parameters.includes("--json");
  const fail = (message: string): number => {
    printError(showLines(message));
    if (isJson) output(showJson({ error: message }));
    return 1;
  };
  try {
    const settings = readSettings(parameters);
    const { report, problem, exitCode } = settings.check
      ? await check(settings)
      : await withLock(settings.project, () => apply(settings));
    const text = writeReport(report);
    output(isJson ? showJson(report) : showLines(text));
    if (problem !== undefined) printError(showLines(problem));
    if (settings.summary !== undefined)
      await writeFile(settings.summary, fence([text, problem ?? ""].join("\n").trim()));
    return exitCode;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith("ERR_PARSE_ARGS")) return fail(`${message}\nUsage: ${usage}`);
    const isExpected =
      error instanceof DocumentError || error instanceof PageError || error instanceof UpdateError;
    if (isExpected) return fail(message);
    if (isSystemError(error)) return fail(describeSystemError(error));
    throw error;
  }
}

function readSettings(parameters: string[]) {
  const { values, positionals: names } = parseArgs({
    args: parameters,
    allowPositionals: true,
    options: {
      check: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      replace: { type: "string" },
      summary: { type: "string" },
      project: { type: "string", default: resolve(import.meta.dirname, "../..") },
      "timeout-ms": { type: "string", default: "30000" },
      "max-bytes": { type: "string", default: "5242880" },
    },
  });
  const { check, replace, summary, project } = values;
  if (replace !== undefined && names.length !== 1)
    throw usageError("`--replace` needs exactly one URL or FILE");
  const limits = {
    timeoutMs: readCount("timeout-ms", values["timeout-ms"]),
    maxBytes: readCount("max-bytes", values["max-bytes"]),
  };
  return { check, summary, project, request: { names, replace, limits } };
}

function readCount(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw usageError(`\`--${name}\` must be a whole number above 0, not ${text}`);
}

const usageError = (message: string): Error =>
  Object.assign(new Error(message), { code: "ERR_PARSE_ARGS_INVALID_OPTION_VALUE" });

interface Result {
  report: UpdateReport;
  /** The failure, and what to do about it. */
  problem: string | undefined;
  exitCode: number;
}

async function check({ project, request }: Settings): Promise<Result> {
  if (await isInterrupted(project))
    throw new UpdateError(
      "An update is running or was interrupted: run `npm run spec:update` without `--check`, which undoes it first",
    );
  const { report } = await prepareUpdate(project, request);
  return report.overlay.unmatched.length > 0 ? notApplicable(report) : resultOf(report);
}

async function apply({ project, request }: Settings): Promise<Result> {
  const undone = await undoInterrupted(project);
  const { report, formatFiles } = await prepareUpdate(project, request);
  if (undone) report.warnings.unshift(...describeUndone(undone));
  if (report.overlay.unmatched.length > 0) return notApplicable(report);
  const files = await formatFiles();
  if (files.size === 0) return resultOf(report);
  await replaceFiles(project, files);
  const failure = report.verdict === "none" ? undefined : await verify(project);
  if (report.verdict !== "none") report.checks = failure ? `${failure.name} failed` : "passed";
  await finish(project);
  if (!failure) return resultOf(report);
  return {
    report,
    problem: `${failure.output}\nEverything was written, but the ${failure.name} fail: fix the sources.`,
    // That sources and tests must follow a breaking change is not a failure of the update.
    exitCode: report.verdict === "breaking" ? exitCodes.breaking : 1,
  };
}

const resultOf = (report: UpdateReport): Result => ({
  report,
  problem: undefined,
  exitCode: exitCodes[report.verdict],
});

const notApplicable = (report: UpdateReport): Result => ({
  report,
  problem: "Nothing was written: fix spec/overlay.yaml, whose actions must all match, and try again.",
  exitCode: 1,
});

function describeUndone({ restored, kept }: { restored: string[]; kept: string[] }): string[] {
  const list = (files: string[]): string => files.join(", ");
  return [
    `An update was interrupted; it was undone${restored.length > 0 ? `: ${list(restored)}` : ""}, and this one started anew`,
    ...(kept.length > 0
      ? [`Edited since that update was interrupted, and left as they are: ${list(kept)}`]
      : []),
  ];
}
