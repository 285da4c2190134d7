import { isDeepStrictEqual } from "node:util";
import type { Operation } from "../operation.js";
import { followReference } from "../reference.js";
import { isObject } from "../source.js";
import type { JsonObject } from "../source.js";
import type { Verdict } from "./change.js";

/** One way to be let in: every scheme of it is needed. */
type Way = { scheme: JsonObject; scopes: string[] }[];
type Tell = (aspect: string, verdict: Verdict, before: unknown, after: unknown) => void;

/** The ways to be let in by an operation, of which one is enough; one that asks for nothing is open to all. */
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

/** Who was let in before must be let in after, with no more than what they had. */
export function compareAuthentication(before: Way[], after: Way[], tell: Tell): void {
  const isEnough = (had: Way, asked: Way): boolean =>
    asked.every(({ scheme, scopes }) =>
      had.some(
        (one) => isSameScheme(one.scheme, scheme) && scopes.every((scope) => one.scopes.includes(scope)),
      ),
    );
  const [old, now] = [before.map(describe), after.map(describe)];
  if (!before.every((had) => after.some((asked) => isEnough(had, asked)))) tell("auth", "breaking", old, now);
  else if (!after.every((had) => before.some((asked) => isEnough(had, asked))))
    tell("auth", "compatible", old, now);
  else if (!after.every((one) => before.some((other) => isDeepStrictEqual(one, other))))
    tell("description", "cosmetic", old, now);
}

/** Apart from what is for people. */
function isSameScheme(one: JsonObject, other: JsonObject): boolean {
  const [
    { description: _one, bearerFormat: _format, ...a },
    { description: _other, bearerFormat: _other2, ...b },
  ] = [one, other];
  return isDeepStrictEqual(a, b);
}

function describe(way: Way): string {
  const parts = way.map(({ scheme, scopes }) => {
    const { type, scheme: word, in: place, name } = scheme as Record<string, string | undefined>;
    const what = [type, word, place && `${place} ${name}`].filter(Boolean).join(" ");
    return scopes.length > 0 ? `${what} (${scopes.join(", ")})` : what;
  });
  return parts.length > 0 ? parts.join(" and ") : "none";
}
