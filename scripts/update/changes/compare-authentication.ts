import { isDeepStrictEqual } from "node:util";
import { readScheme } from "../../generate/authentication.js";
import type { Authentication } from "../../generate/authentication.js";
import type { Operation } from "../../generate/operation.js";
import { followReference } from "../../generate/reference.js";
import { isObject } from "../../generate/source.js";
import type { JsonObject } from "../../generate/source.js";
import type { Verdict } from "./change.js";

/** One way to authenticate: all of its schemes are needed. */
type Way = { scheme: JsonObject; scopes: string[] }[];
type Report = (aspect: string, verdict: Verdict, before: unknown, after: unknown) => void;

/** The ways to authenticate with an operation, of which one is enough; an empty one needs no key. */
export function authenticationOf({ operation }: Operation, document: JsonObject): Way[] {
  const components = isObject(document.components) ? document.components : {};
  const schemes = isObject(components.securitySchemes) ? components.securitySchemes : {};
  const requirements = operation.security ?? document.security;
  const list = Array.isArray(requirements) && requirements.length > 0 ? requirements.filter(isObject) : [{}];
  return list.map((requirement) =>
    Object.entries(requirement).map(([name, scopes]) => ({
      scheme: followReference(schemes[name], document),
      scopes: Array.isArray(scopes) ? (scopes as string[]) : [],
    })),
  );
}

/** Reports a change by which a caller can no longer authenticate with the credentials that it has, or can in a new way. */
export function compareAuthentication(before: Way[], after: Way[], report: Report): void {
  const isEnough = (had: Way, asked: Way): boolean =>
    asked.every(({ scheme, scopes }) =>
      had.some(
        (one) => isSameScheme(one.scheme, scheme) && scopes.every((scope) => one.scopes.includes(scope)),
      ),
    );
  const [old, now] = [before.map(describe), after.map(describe)];
  const [key, nextKey] = [keyOf(before), keyOf(after)];
  const isSentOtherwise = key && nextKey && !isDeepStrictEqual(key, nextKey);
  if (isSentOtherwise || !before.every((had) => after.some((asked) => isEnough(had, asked))))
    report("auth", "breaking", old, now);
  else if (!after.every((had) => before.some((asked) => isEnough(had, asked))))
    report("auth", "compatible", old, now);
  else if (!after.every((one) => before.some((other) => isDeepStrictEqual(one, other))))
    report("description", "cosmetic", old, now);
}

/** The package's way to send its key: the first that needs one scheme alone, which it supports. */
function keyOf(ways: Way[]): Authentication | undefined {
  const alone = ways.flatMap((way) => (way.length === 1 ? [bareScheme(way[0]!.scheme)] : []));
  return alone.map(readScheme).find(Boolean);
}

const isSameScheme = (one: JsonObject, other: JsonObject): boolean =>
  isDeepStrictEqual(bareScheme(one), bareScheme(other));

/** A scheme without descriptions, without the scopes, which operations list themselves, and in lower case where case is ignored. */
function bareScheme({
  description: _description,
  bearerFormat: _format,
  flows,
  ...scheme
}: JsonObject): JsonObject {
  const bare = Object.entries(scheme).flatMap(([word, value]) => {
    const hasNoCase = word === "scheme" || (word === "name" && scheme.in === "header");
    return word.startsWith("x-") ? [] : [[word, hasNoCase ? String(value).toLowerCase() : value] as const];
  });
  const ways = Object.entries(isObject(flows) ? flows : {}).map(
    ([name, flow]) => [name, isObject(flow) ? { ...flow, scopes: undefined } : flow] as const,
  );
  return { ...Object.fromEntries(bare), flows: Object.fromEntries(ways) };
}

function describe(way: Way): string {
  const parts = way.map(({ scheme, scopes }) => {
    const { type, scheme: word, in: place, name } = scheme as Record<string, string | undefined>;
    const what = [type, word, place && `${place} ${name}`].filter(Boolean).join(" ");
    return scopes.length > 0 ? `${what} (${scopes.join(", ")})` : what;
  });
  return parts.length > 0 ? parts.join(" and ") : "none";
}
