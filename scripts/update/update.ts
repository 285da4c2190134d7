import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { format } from "prettier";
import { compareDocuments } from "./changes/compare-documents.js";
import {
  buildEffectiveDocument,
  mergeSpecification,
  readSpecification,
  sourcesFile,
} from "../generate/document.js";
import type { Specification } from "../generate/document.js";
import { emitSources, formatSources } from "../generate/generated-files.js";
import { applyOverlay } from "../generate/overlay.js";
import type { Overlaid } from "../generate/overlay.js";
import type { JsonObject } from "../generate/source.js";
import { writeFiles } from "../generate/write-files.js";
import { addEntry } from "./changelog.js";
import type { FetchLimits } from "./fetch-page.js";
import { gather } from "./gather.js";
import type { Vendored } from "./gather.js";
import { bumps, nextVersion, summarize } from "./report.js";
import type { UpdateReport } from "./report.js";
import { readOrigins, writeOrigins } from "./sources.js";

export interface Update {
  report: UpdateReport;
  /** Generates everything and writes it, or nothing of it; an overlay that does not apply any more is an error. */
  write: () => Promise<void>;
}

/** Finds out what has changed in the documents of a project; nothing is written until `write` is called. */
export async function prepareUpdate(
  project: string,
  pages: readonly string[],
  limits: FetchLimits,
): Promise<Update> {
  const folder = join(project, "spec");
  const { documents, overlay } = await readSpecification(folder);
  const sourcesText = await readIfThere(join(folder, sourcesFile));
  const origins = readOrigins(sourcesFile, sourcesText || "{}");
  const vendored = await gather({ documents, origins }, pages, limits);
  const next: Specification = {
    documents: [...vendored.values()].map(({ source }) => source).sort(byFile),
    overlay,
  };

  const isChanged = [...vendored.values()].some(({ status }) => status !== "unchanged");
  const { changes, overlaid } = isChanged
    ? await compare(project, next)
    : { changes: [], overlaid: undefined };
  const verdict = summarize(changes, isChanged);
  const { version } = JSON.parse(await readFile(join(project, "package.json"), "utf8")) as {
    version: string;
  };
  const report: UpdateReport = {
    verdict,
    bump: bumps[verdict],
    version: { current: version, next: nextVersion(version, bumps[verdict]) },
    documents: [...vendored].map(([file, { origin, status }]) => ({ file, page: origin.page, status })),
    changes,
    overlay: { unnecessary: overlaid?.unnecessary ?? [], unmatched: overlaid?.unmatched ?? [] },
    checks: "not run",
  };

  // What cannot be generated is told before anything is said to have changed.
  const canApply = isChanged && report.overlay.unmatched.length === 0;
  const emitted = canApply ? await emitSources(await buildEffectiveDocument(next)) : undefined;

  async function write(): Promise<void> {
    const files = new Map<string, string>();
    for (const [file, { source, status }] of vendored) {
      if (status !== "unchanged") files.set(join(folder, file), source.text);
    }
    const upkeep = changedOrigins(vendored, origins);
    if (upkeep.size > 0)
      files.set(join(folder, sourcesFile), await formatted("yaml", writeOrigins(sourcesText, upkeep)));
    for (const [name, text] of emitted ? await formatSources(emitted) : [])
      files.set(join(project, "generated", name), text);
    if (isChanged) {
      const path = join(project, "CHANGELOG.md");
      files.set(path, await formatted("markdown", addEntry(await readIfThere(path), report, today())));
    }
    await writeFiles(files);
  }

  return { report, write };
}

const formatted = (parser: string, text: string): Promise<string> =>
  format(text, { parser, printWidth: 110 });
const today = (): string => new Date().toISOString().slice(0, 10);

/** Between what the package was generated from and what it would be generated from. */
async function compare(
  project: string,
  next: Specification,
): Promise<{ changes: UpdateReport["changes"]; overlaid: Overlaid | undefined }> {
  const before = JSON.parse(
    (await readIfThere(join(project, "generated/openapi.json"))) || "{}",
  ) as JsonObject;
  const merged = await mergeSpecification(next);
  const overlaid = next.overlay && (await applyOverlay(merged, next.overlay));
  return { changes: compareDocuments(before, overlaid?.document ?? merged), overlaid };
}

function changedOrigins(
  vendored: ReadonlyMap<string, Vendored>,
  origins: ReturnType<typeof readOrigins>,
): Map<string, Vendored["origin"]> {
  const isSame = (file: string, { origin }: Vendored): boolean => {
    const former = origins.get(file);
    return (
      former !== undefined &&
      (["page", "date", "sha256", "etag"] as const).every((key) => former[key] === origin[key])
    );
  };
  return new Map(
    [...vendored].flatMap(([file, one]) => (isSame(file, one) ? [] : [[file, one.origin] as const])),
  );
}

const byFile = (a: { file: string }, b: { file: string }): number => (a.file < b.file ? -1 : 1);

async function readIfThere(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
}
