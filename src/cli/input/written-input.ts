import type { InputIssue } from "../../index.js";
import { UsageError } from "../exit-status.js";
import type { Field, ModelFields } from "./models.js";

/** A model's fields as they are written down: files are named by path. */
export type WrittenInput = Record<string, unknown>;

/** Text from a flag or a table as a value of its field; text that is no such value stays text, and validation names it. */
export function readValue({ type }: Field, written: string): unknown {
  const trimmed = written.trim();
  if (type === "integer" || type === "number") return isNumber(trimmed) ? Number(trimmed) : written;
  if (type === "boolean") return trimmed === "true" || (trimmed === "false" ? false : written);
  if (type !== "json") return written;
  try {
    return JSON.parse(written);
  } catch {
    return written;
  }
}

const isNumber = (text: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);

/** Texts with the character that takes the place of what could not be decoded: they were garbled before they came here. */
export function findGarbled(written: WrittenInput): InputIssue[] {
  const garbled = Object.entries(written).filter(
    ([, value]) => typeof value === "string" && value.includes("\ufffd"),
  );
  return garbled.map(([path]) => ({
    path,
    message: "is garbled: it has the character U+FFFD; write it as UTF-8",
  }));
}

/** Puts each source where the model takes it: addresses in one field, files in the other. */
export function placeSources(model: ModelFields, sources: readonly string[]): WrittenInput {
  const addresses = sources.filter((source) => /^https?:\/\//i.test(source));
  const paths = sources.filter((source) => !addresses.includes(source));
  const input: WrittenInput = {};
  if (paths.length > 0) {
    if (!model.files) throw new UsageError(`${model.name} takes no files`);
    input[model.files.name] = paths;
  }
  if (addresses.length > 0) {
    if (model.address === undefined) throw new UsageError(`${model.name} takes no URL of a source`);
    if (addresses.length > 1) throw new UsageError(`${model.name} takes one URL as its source, not several`);
    input[model.address] = addresses[0];
  }
  return input;
}

/** The path of a fault as it was written: what was given as a source is in no field for people. */
export function nameSources(path: string, sources: readonly string[], name: string): string {
  return sources.includes(/^[^.[]*/.exec(path)![0]) ? name : path;
}

/** An input without its files, to validate the rest. */
export function withoutFiles({ fields }: ModelFields, written: WrittenInput): WrittenInput {
  const isFile = (name: string) => fields.some((field) => field.name === name && field.type === "file");
  return Object.fromEntries(Object.entries(written).filter(([name]) => !isFile(name)));
}
