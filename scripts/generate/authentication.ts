import { listOperations } from "./operation.js";
import { followReference } from "./reference.js";
import { isObject } from "./source.js";
import type { JsonObject } from "./source.js";

/** The header that carries the key and, for http schemes, the word before it. */
export interface Authentication {
  header: string;
  scheme: string;
}

/**
 * The way the key is sent: the first scheme that an operation really asks for and that one key in a header can meet.
 *
 * The operations with a role come first, since it is those that the client calls; undefined if no operation asks.
 */
export function readAuthentication(document: JsonObject): Authentication | undefined {
  const operations = listOperations(document).map(({ operation }) => operation);
  const called = operations.filter((operation) => operation["x-role"] !== undefined);
  return [...called, ...operations]
    .flatMap((operation) => operation.security ?? document.security ?? [])
    .filter((requirement) => isObject(requirement) && Object.keys(requirement).length === 1)
    .map((requirement) => readScheme(findScheme(Object.keys(requirement as JsonObject)[0]!, document)))
    .find(Boolean);
}

function findScheme(name: string, document: JsonObject): JsonObject {
  const components = isObject(document.components) ? document.components : {};
  const schemes = isObject(components.securitySchemes) ? components.securitySchemes : {};
  return followReference(Object.hasOwn(schemes, name) ? schemes[name] : undefined, document);
}

/** The header by which one key meets a scheme; undefined if it cannot. */
export function readScheme(scheme: JsonObject): Authentication | undefined {
  if (scheme.type === "http" && typeof scheme.scheme === "string") {
    const word = scheme.scheme.toLowerCase();
    return { header: "Authorization", scheme: word.charAt(0).toUpperCase() + word.slice(1) };
  }
  if (scheme.type === "oauth2" || scheme.type === "openIdConnect")
    return { header: "Authorization", scheme: "Bearer" };
  if (scheme.type === "apiKey" && scheme.in === "header") return { header: String(scheme.name), scheme: "" };
  return undefined;
}
