import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { checkOpenApi, findFault } from "./check-document.js";
import { closeForms, inlineForms } from "./forms.js";
import { mergeDocuments } from "./merge.js";
import { convertToOpenApi30 } from "./convert-to-30.js";
import { applyOverlay } from "./overlay.js";
import type { Overlaid } from "./overlay.js";
import { DocumentError, isObject, parseSource } from "./source.js";
import type { Fail, JsonObject, Path, Source } from "./source.js";
import { readText } from "./system-error.js";

/** The contents of `spec/`: the vendored documents by file name, and the overlay if there is one. */
export interface Specification {
  documents: Source[];
  overlay: Source | undefined;
}

/** The effective document: every document merged into one, with the overlay applied, and checked. */
export interface EffectiveDocument {
  document: JsonObject;
  /** Names the file and the line that a part of the document comes from. */
  fail: Fail;
  /** Notes for people, a line each. */
  notes: string[];
}

export const overlayFile = "overlay.yaml";
export const sourcesFile = "sources.yaml";

/** Reads every document in `folder`, and the overlay. */
export async function readSpecification(folder: string): Promise<Specification> {
  const files = (await readdir(folder)).filter((file) => /\.(ya?ml|json)$/.test(file)).sort();
  const read = async (file: string): Promise<Source> => parseSource(file, await readText(join(folder, file)));
  const names = files.filter((file) => file !== overlayFile && file !== sourcesFile);
  if (names.length === 0) throw new DocumentError(`${folder}: holds no OpenAPI document (*.yaml)`);
  // One by one, so that the first fault by file name is reported.
  const documents: Source[] = [];
  for (const name of names) documents.push(await read(name));
  return { documents, overlay: files.includes(overlayFile) ? await read(overlayFile) : undefined };
}

/**
 * Merges documents; a document of 3.1 is converted to 3.0 first, unless 3.0 cannot express it.
 *
 * @param notes Gets a line for each description that differs between documents.
 */
export async function mergeSpecification(
  { documents }: Specification,
  notes: string[] = [],
): Promise<JsonObject> {
  for (const source of documents) await checkOpenApi(source.value, source.fail);
  return inlineForms(mergeDocuments(await toOneVersion(documents), notes));
}

/** All documents in 3.0 if each can be converted, else all of them in 3.1 as they are. */
async function toOneVersion(documents: Source[]): Promise<Source[]> {
  const converted = documents.map((source) => ({ ...source, value: convertToOpenApi30(source.value) }));
  const older = documents.find((source, index) => source.value === converted[index]!.value);
  for (const [index, { value }] of converted.entries()) {
    const source = documents[index]!;
    const fault = value === source.value ? undefined : await findFault(value);
    if (!fault) continue;
    if (!older) return documents;
    source.fail(
      fault.path,
      `cannot be converted to OpenAPI 3.0, which ${older.file} uses: remove it, or convert ${older.file} to 3.1 (in 3.0, it ${fault.reason})`,
    );
  }
  return converted;
}

/** Builds the effective document; an action of the overlay that matches nothing is an error. */
export async function buildEffectiveDocument(specification: Specification): Promise<EffectiveDocument> {
  const { documents, overlay } = specification;
  const notes: string[] = [];
  const merged = await mergeSpecification(specification, notes);
  if (!overlay) return { document: closeForms(merged), notes, fail: failIn(documents, undefined, merged) };
  const overlaid = applyOverlay(merged, overlay);
  const [unmatched] = overlaid.unmatched;
  if (unmatched) {
    const { index, target } = unmatched;
    overlay.fail(["actions", index], `action ${index + 1} matches nothing: target ${target}`);
  }
  await checkOverlaid(overlaid, overlay);
  for (const { index, target } of overlaid.unnecessary)
    notes.push(`${overlay.file}: action ${index + 1} is no longer needed: ${target}`);
  return { document: overlaid.document, notes, fail: failIn(documents, overlay, overlaid.document) };
}

/** Fails at the first action after which the document is not valid OpenAPI. */
async function checkOverlaid({ document, steps }: Overlaid, overlay: Source): Promise<void> {
  const findReason = async (step: JsonObject): Promise<string | undefined> => {
    try {
      return void (await checkOpenApi(step, (_, reason) => {
        throw new DocumentError(reason);
      }));
    } catch (error) {
      if (error instanceof DocumentError) return error.message;
      throw error;
    }
  };
  const reason = await findReason(document);
  if (reason === undefined) return;
  const index = await findIndex(steps, async (step) => (await findReason(step)) !== undefined);
  overlay.fail(
    [],
    `the merged document is not valid OpenAPI after this overlay: action ${index + 1} makes it invalid: ${reason}`,
  );
}

async function findIndex<T>(items: T[], matches: (item: T) => Promise<boolean>): Promise<number> {
  for (const [index, item] of items.entries()) if (await matches(item)) return index;
  return -1;
}

/** Names the vendored document that has a part in the same form, else the last action that mentions it. */
function failIn(documents: Source[], overlay: Source | undefined, effective: JsonObject): Fail {
  return (path, reason) => {
    const value = valueAt(effective, path);
    const owner =
      path.length === 0
        ? documents[0]
        : documents.find((source) => isDeepStrictEqual(valueAt(source.value, path), value));
    if (owner) return owner.fail(path, reason);
    const name = JSON.stringify(String(path.at(-1)));
    const actions = (overlay?.value.actions ?? []) as unknown[];
    const index = actions.findLastIndex((action) => JSON.stringify(action).includes(name));
    return overlay ? overlay.fail(["actions", index], reason) : documents[0]!.fail(path, reason);
  };
}

function valueAt(document: JsonObject, path: Path): unknown {
  return path.reduce<unknown>(
    (node, step) => (isObject(node) || Array.isArray(node) ? node[step as never] : undefined),
    document,
  );
}
