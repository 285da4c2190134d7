import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { listOperations } from "../generate/operation.js";
import { parseSource } from "../generate/source.js";
import type { Source } from "../generate/source.js";
import { fetchPage } from "./fetch-page.js";
import type { FetchLimits } from "./fetch-page.js";
import { PageError, readDocument } from "./page.js";
import { sha256 } from "./sources.js";
import type { Origin } from "./sources.js";

/** One vendored document as it should be from now on. */
export interface Vendored {
  source: Source;
  origin: Origin;
  status: "unchanged" | "changed" | "added";
}

/** What is vendored now: the documents, and where they come from. */
export interface Present {
  documents: Source[];
  origins: ReadonlyMap<string, Origin>;
}

/** Reads every page of `sources.yaml`, or the pages and files that are named, and says what becomes of each document. */
export async function gather(
  present: Present,
  named: readonly string[],
  limits: FetchLimits,
): Promise<Map<string, Vendored>> {
  const result = new Map<string, Vendored>(
    present.documents.map((source) => [
      source.file,
      { source, origin: originOf(source, present), status: "unchanged" },
    ]),
  );
  const pages = [...present.origins.values()].flatMap(({ page }) => (page === undefined ? [] : [page]));
  for (const place of named.length > 0 ? named : pages) {
    const isUrl = /^[a-z][a-z\d+.-]*:\/\//i.test(place);
    const known = isUrl ? [...present.origins].find(([, { page }]) => page === place) : undefined;
    const fetched = isUrl
      ? await fetchPage(place, etagOf(known, result), limits)
      : { isNew: true as const, bytes: await readLocal(place), etag: undefined };
    if (!fetched.isNew) continue;
    const text = readDocument(fetched.bytes, isUrl ? place : basename(place));
    const file =
      known?.[0] ??
      chooseFile(
        parseSource(isUrl ? place : basename(place), text),
        [...result.values()].map(({ source }) => source),
      );
    const source = parseSource(file, text);
    const former = result.get(file);
    const page = isUrl ? place : former?.origin.page;
    const isSame = former?.source.text === text;
    result.set(file, {
      source,
      status: !former ? "added" : isSame ? former.status : "changed",
      origin: {
        ...(page !== undefined && { page }),
        date: isSame ? former.origin.date : new Date().toISOString().slice(0, 10),
        sha256: sha256(text),
        ...(fetched.etag !== undefined && { etag: fetched.etag }),
      },
    });
  }
  return result;
}

/** What the server called the version that is here; nothing if the file was changed since. */
function etagOf(
  known: [string, Origin] | undefined,
  documents: ReadonlyMap<string, Vendored>,
): string | undefined {
  const text = known && documents.get(known[0])?.source.text;
  return text !== undefined && sha256(text) === known?.[1].sha256 ? known[1].etag : undefined;
}

function originOf({ file, text }: Source, { origins }: Present): Origin {
  return origins.get(file) ?? { date: new Date().toISOString().slice(0, 10), sha256: sha256(text) };
}

async function readLocal(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new PageError(`${path}: cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** The file that has one of the same operations; else a new one, named as its first operation's path ends. */
function chooseFile(source: Source, documents: readonly Source[]): string {
  const operations = listOperations(source.value);
  const names = new Set(operations.map(({ name }) => name));
  const twins = documents.filter(({ value }) => listOperations(value).some(({ name }) => names.has(name)));
  if (twins.length > 1) {
    throw new PageError(
      `${source.file}: has operations of ${twins.map(({ file }) => file).join(" and ")}: remove one of these first`,
    );
  }
  if (twins[0]) return twins[0].file;
  const last = operations[0]?.path
    .split("/")
    .filter((step) => /^[\w.-]+$/.test(step))
    .at(-1);
  if (last === undefined) throw new PageError(`${source.file}: has no operation to be named after`);
  const file = `${last}.yaml`;
  if (
    file === "overlay.yaml" ||
    file === "sources.yaml" ||
    documents.some((document) => document.file === file)
  ) {
    throw new PageError(
      `${source.file}: would be named ${file}, and there is such a file with other operations`,
    );
  }
  return file;
}
