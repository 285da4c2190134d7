import { followReference } from "../../generate/reference.js";
import { isObject } from "../../generate/source.js";
import type { JsonObject } from "../../generate/source.js";
import { verdictOf } from "./change.js";
import { compareContent } from "./compare-content.js";
import { namesOf } from "./context.js";
import type { Context, Pair } from "./context.js";

const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});
const isRequired = ({ required }: JsonObject): boolean => required === true;

/** Reports what has changed in a request's body. */
export function compareBodies({ before, after }: Pair<unknown>, context: Context): void {
  const part = "request";
  const { documents, report } = context;
  const old = followReference(before, documents.before);
  const now = followReference(after, documents.after);
  const needs = [old, now].map((body) => (isRequired(body) ? "required" : "optional"));
  if (before === undefined && after === undefined) return;
  if (before === undefined) {
    report(part, "", "body", isRequired(now) ? "breaking" : "compatible", undefined, needs[1]);
  } else if (after === undefined) {
    report(part, "", "body", "breaking", needs[0], undefined);
  } else {
    if (needs[0] !== needs[1]) {
      report(
        part,
        "",
        "required",
        isRequired(now) ? "breaking" : "compatible",
        isRequired(old),
        isRequired(now),
      );
    }
    compareDescriptions(part, old, now, context);
    compareContent(part, "request", { before: old.content, after: now.content }, context);
  }
}

/** Reports what has changed in the responses of an operation. */
export function compareResponses({ before, after }: Pair<unknown>, context: Context): void {
  const { documents, report } = context;
  const [old, now] = [objectOf(before), objectOf(after)];
  // Where a success is described, the default is for failures.
  const isNamed = [old, now].every((responses) => Object.keys(responses).some((one) => one.startsWith("2")));
  for (const status of namesOf(old, now)) {
    if (status.startsWith("x-")) continue;
    const part = `response ${status}`;
    const isSuccess = status.startsWith("2") || (status === "default" && !isNamed);
    const verdict = isSuccess ? "breaking" : "compatible";
    if (!(status in old)) report(part, "", "status", verdict, undefined, status);
    else if (!(status in now)) report(part, "", "status", verdict, status, undefined);
    else {
      const one = followReference(old[status], documents.before);
      const other = followReference(now[status], documents.after);
      compareDescriptions(part, one, other, context);
      compareContent(part, "response", { before: one.content, after: other.content }, context);
      compareHeaders(part, { before: one.headers, after: other.headers }, context);
    }
  }
}

function compareDescriptions(part: string, before: JsonObject, after: JsonObject, { report }: Context): void {
  if (before.description !== after.description)
    report(part, "", "description", "cosmetic", before.description, after.description);
}

function compareHeaders(part: string, { before, after }: Pair<unknown>, context: Context): void {
  const { documents, report, compareValues } = context;
  const [old, now] = [headersOf(before, documents.before), headersOf(after, documents.after)];
  for (const key of namesOf(old, now)) {
    const [one, other] = [old[key], now[key]];
    const field = `header ${one?.name ?? other?.name}`;
    if (!one || !other) {
      report(part, field, "header", one ? "breaking" : "compatible", one?.name, other?.name);
      continue;
    }
    if (one.name !== other.name) report(part, field, "header", "cosmetic", one.name, other.name);
    if (isRequired(one.header) !== isRequired(other.header)) {
      const verdict = verdictOf(isRequired(other.header) ? "stricter" : "looser", "response");
      report(part, field, "required", verdict, isRequired(one.header), isRequired(other.header));
    }
    if (one.header.description !== other.header.description)
      report(part, field, "description", "cosmetic", one.header.description, other.header.description);
    const schemas = { before: one.header.schema ?? {}, after: other.header.schema ?? {} };
    compareValues(part, "response", schemas, field);
  }
}

/** Headers by name in lower case, since the case of a header's name is ignored. */
function headersOf(
  headers: unknown,
  document: JsonObject,
): Record<string, { name: string; header: JsonObject }> {
  const entries = Object.entries(objectOf(headers));
  return Object.fromEntries(
    entries.map(([name, header]) => [
      name.toLowerCase(),
      { name, header: followReference(header, document) },
    ]),
  );
}
