import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { parseSource } from "../../generate/source.js";
import type { Source } from "../../generate/source.js";
import { describeSystemError, isSystemError } from "../../generate/system-error.js";
import { chooseFile } from "./choose-file.js";
import { fetchPage } from "./fetch-page.js";
import type { FetchLimits } from "./fetch-page.js";
import { PageError, readDocument } from "./page.js";
import { sha256 } from "./sources.js";
import type { Origin } from "./sources.js";

/** One vendored document as it will be after the update. */
export interface Vendored {
  source: Source;
  origin: Origin;
  status: "unchanged" | "changed" | "added";
  /** Whether the present file is not the one that was vendored. */
  wasEdited: boolean;
}

/** The documents that are vendored now, and where they come from. */
export interface VendoredDocuments {
  documents: Source[];
  origins: ReadonlyMap<string, Origin>;
}

export interface GatherOptions {
  names: readonly string[];
  replace: string | undefined;
  limits: FetchLimits;
}

/** Reads every page of `sources.yaml`, or the pages and files that are named; returns each document as it will be. */
export async function gather(
  present: VendoredDocuments,
  { names, replace, limits }: GatherOptions,
): Promise<Map<string, Vendored>> {
  const result = new Map(present.documents.map((source) => [source.file, asVendored(source, present)]));
  if (replace !== undefined && !result.has(replace))
    throw new PageError(`\`--replace ${replace}\`: spec/ has no such document`);
  const pages = [...present.origins.values()].flatMap(({ page }) => (page === undefined ? [] : [page]));
  for (const place of names.length > 0 ? names : pages) {
    const isUrl = /^[a-z][a-z\d+.-]*:\/\//i.test(place);
    const known = isUrl ? [...present.origins].find(([, { page }]) => page === place) : undefined;
    const fetched = isUrl
      ? await fetchPage(place, etagOf(known, result), limits)
      : { isNew: true as const, bytes: await readLocal(place), etag: undefined };
    if (!fetched.isNew) continue;
    const name = isUrl ? place : basename(place);
    const text = readDocument(fetched.bytes, name);
    const others = [...result.values()].map(({ source }) => source);
    const file = replace ?? known?.[0] ?? chooseFile(parseSource(name, text), others);
    const former = result.get(file);
    const page = isUrl ? place : former?.origin.page;
    const isSame = former?.source.text === text;
    result.set(file, {
      source: parseSource(file, text),
      status: !former ? "added" : isSame ? former.status : "changed",
      wasEdited: former?.wasEdited ?? false,
      origin: {
        ...(page !== undefined && { page }),
        date: isSame ? former.origin.date : today(),
        sha256: sha256(text),
        ...(fetched.etag !== undefined && { etag: fetched.etag }),
      },
    });
  }
  return result;
}

/** A document that is in `spec/`; if it was edited by hand it counts as changed, since the generated code has changed too. */
function asVendored(source: Source, { origins }: VendoredDocuments): Vendored {
  const fingerprint = sha256(source.text);
  const origin = origins.get(source.file);
  const wasEdited = origin !== undefined && origin.sha256 !== fingerprint;
  return {
    source,
    status: wasEdited ? "changed" : "unchanged",
    wasEdited,
    origin: origin && !wasEdited ? origin : { ...origin, date: today(), sha256: fingerprint },
  };
}

const today = (): string => new Date().toISOString().slice(0, 10);

/** The entity tag of the version that is here; none if the file was changed since. */
function etagOf(
  known: [string, Origin] | undefined,
  documents: ReadonlyMap<string, Vendored>,
): string | undefined {
  const former = known && documents.get(known[0]);
  return former && !former.wasEdited ? known[1].etag : undefined;
}

async function readLocal(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new PageError(describeSystemError(error, path));
  }
}
