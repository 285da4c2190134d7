import { isDeepStrictEqual } from "node:util";
import { essence } from "../../generate/operation.js";
import { isObject } from "../../generate/source.js";
import type { JsonObject } from "../../generate/source.js";
import type { Direction } from "./change.js";
import { namesOf } from "./context.js";
import type { Context, Pair } from "./context.js";

const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** Reports what has changed in the media types of a body or a parameter. */
export function compareContent(
  part: string,
  direction: Direction,
  { before, after }: Pair<unknown>,
  context: Context,
  field = "",
): void {
  const { report, compareValues } = context;
  const [old, now] = [contentOf(before), contentOf(after)];
  // What is described for the first time was there before. Beside another media type, a response may come as either; a
  // request may be sent as either, but its type in TypeScript becomes a choice, whose fields are not those of each.
  const isDescribed = Object.keys(old).length > 0;
  for (const type of namesOf(old, now)) {
    const [one, other] = [objectOf(old[type]), objectOf(now[type])];
    if (!(type in old))
      report(part, field, "media type", isDescribed ? "breaking" : "compatible", undefined, type);
    else if (!(type in now)) report(part, field, "media type", "breaking", type, undefined);
    else {
      compareValues(part, direction, { before: one.schema ?? {}, after: other.schema ?? {} }, field);
      compareEncoding(part, { before: one.encoding, after: other.encoding }, context);
      for (const word of ["example", "examples"]) {
        if (!isDeepStrictEqual(one[word], other[word]))
          report(part, field, "description", "cosmetic", one[word], other[word]);
      }
    }
  }
}

/** Media by type, in lower case and without parameters such as `charset`, which change nothing for users. */
function contentOf(content: unknown): JsonObject {
  const entries = Object.entries(objectOf(content));
  return Object.fromEntries(entries.map(([type, media]) => [essence(type), media]));
}

/** Compares how parts are encoded, which the client does for its users. */
function compareEncoding(part: string, { before, after }: Pair<unknown>, { report }: Context): void {
  const [old, now] = [objectOf(before), objectOf(after)];
  for (const field of namesOf(old, now)) {
    if (!isDeepStrictEqual(old[field], now[field]))
      report(part, field, "media type", "compatible", old[field], now[field]);
  }
}
