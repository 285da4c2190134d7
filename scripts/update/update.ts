import { join } from "node:path";
import { format } from "prettier";
import {
  buildEffectiveDocument,
  mergeSpecification,
  readSpecification,
  sourcesFile,
} from "../generate/document.js";
import type { Specification } from "../generate/document.js";
import { formatTable, replaceTable } from "../generate/fields-table.js";
import { emitSources, formatSources } from "../generate/generated-files.js";
import { applyOverlay } from "../generate/overlay.js";
import { compareDocuments } from "./changes/compare-documents.js";
import { findHiddenChanges } from "./changes/compare-vendor.js";
import { findPriceChanges } from "./changes/price-changes.js";
import type { FetchLimits } from "./pages/fetch-page.js";
import { gather } from "./pages/gather.js";
import type { Vendored } from "./pages/gather.js";
import { readOrigins, writeOrigins } from "./pages/sources.js";
import { readIfPresent } from "./read-if-present.js";
import { readPresent } from "./present.js";
import { addEntry } from "./report/changelog.js";
import { checkModels } from "./models/check-models.js";
import { compareModels } from "./models/model-changes.js";
import { summarize } from "./report/report.js";
import type { UpdateReport } from "./report/report.js";
import { nextVersion, readVersion } from "./report/version.js";

export interface Update {
  report: UpdateReport;
  /** Formats the files to write, by path from the project's root: none if the overlay no longer applies. */
  formatFiles: () => Promise<Map<string, string>>;
}

export interface Request {
  /** Pages and files; none for the pages of `sources.yaml`. */
  names: readonly string[];
  /** The vendored file that the one name replaces, even if its operations differ. */
  replace: string | undefined;
  limits: FetchLimits;
}

/** Finds what has changed in the documents of a project and prepares the files for it; writes nothing. */
export async function prepareUpdate(project: string, request: Request): Promise<Update> {
  const folder = join(project, "spec");
  const specification = await readSpecification(folder);
  const { documents, overlay } = specification;
  const sourcesText = await readText(join(folder, sourcesFile));
  const origins = readOrigins(sourcesFile, sourcesText || "{}");
  const vendored = await gather({ documents, origins }, request);
  const next: Specification = {
    documents: [...vendored.values()].map(({ source }) => source).sort(byFile),
    overlay,
  };
  const isChanged = [...vendored.values()].some(({ status }) => status !== "unchanged");
  const present = await readPresent(project, specification);
  const notes: string[] = [];
  const merged = await mergeSpecification(next, notes);
  const overlaid = overlay && applyOverlay(merged, overlay);
  const after = overlaid?.document ?? merged;
  const unmatched = isChanged ? (overlaid?.unmatched ?? []) : [];
  // A document that cannot be generated from is an error, with its place, before any change is reported.
  const emitted =
    unmatched.length === 0 && (isChanged || !present.isGenerated)
      ? await emitSources({ ...(await buildEffectiveDocument(next)), notes })
      : undefined;
  if (emitted) await checkModels(after, emitted);
  const changes = isChanged ? compareDocuments(present.effective, after) : [];
  const hidden = isChanged
    ? findHiddenChanges({ before: present.vendor, after: merged }, present.effective, changes)
    : [];
  const verdict = summarize([...changes, ...hidden], isChanged);
  const version = await readVersion(join(project, "package.json"));
  const report: UpdateReport = {
    verdict,
    version: nextVersion(version, verdict),
    documents: [...vendored].map(([file, { origin, status }]) => ({ file, page: origin.page, status })),
    changes,
    hidden,
    models: compareModels(present.effective, isChanged ? after : present.effective),
    warnings: [...editedByHand(vendored), ...present.warnings, ...findPriceChanges(present.effective, after)],
    notes: isChanged ? (emitted?.notes ?? notes) : [],
    overlay: { unnecessary: isChanged ? (overlaid?.unnecessary ?? []) : [], unmatched },
    checks: "not run",
  };

  const readme = await readText(join(project, "README.md"));
  const changelog = isChanged ? await readText(join(project, "CHANGELOG.md")) : "";
  // Not before they are written: formatting takes a third of the time, and a report does not need it.
  async function formatFiles(): Promise<Map<string, string>> {
    const files = new Map<string, string>();
    if (unmatched.length > 0) return files;
    for (const [file, { source, status }] of vendored)
      if (status !== "unchanged") files.set(`spec/${file}`, source.text);
    const upkeep = changedOrigins(vendored, origins);
    if (upkeep.size > 0)
      files.set(`spec/${sourcesFile}`, await formatted("yaml", writeOrigins(sourcesText, upkeep)));
    for (const [name, text] of emitted ? await formatSources(emitted) : [])
      files.set(`generated/${name}`, text);
    const page = emitted && replaceTable(readme, await formatTable(emitted.table));
    if (page !== undefined && page !== readme) files.set("README.md", page);
    if (isChanged)
      files.set("CHANGELOG.md", await formatted("markdown", addEntry(changelog, report, today())));
    return files;
  }
  return { report, formatFiles };
}

const formatted = (parser: string, text: string): Promise<string> =>
  format(text, { parser, printWidth: 110 });
const today = (): string => new Date().toISOString().slice(0, 10);

function editedByHand(vendored: ReadonlyMap<string, Vendored>): string[] {
  return [...vendored].flatMap(([file, { wasEdited }]) =>
    wasEdited
      ? [`spec/${file} was edited by hand: its text differs from the one that sources.yaml records`]
      : [],
  );
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

const readText = async (path: string): Promise<string> => (await readIfPresent(path))?.toString() ?? "";
