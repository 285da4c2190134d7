import { isDeepStrictEqual } from "node:util";
import { convertToOpenApi30 } from "../../generate/convert-to-30.js";
import { listOperations } from "../../generate/operation.js";
import { isObject } from "../../generate/source.js";
import type { JsonObject } from "../../generate/source.js";
import { kindOf } from "./change.js";
import type { Change, Verdict } from "./change.js";
import { compareOperations } from "./compare-operations.js";
import { compareServers } from "./compare-servers.js";
import { compareExportedTypes } from "./compare-types.js";

/** Lists every difference between two documents that a user of the package or a reader could notice. */
export function compareDocuments(before: JsonObject, after: JsonObject): Change[] {
  const changes: Change[] = [];
  const documents = { before: convertToOpenApi30(before), after: convertToOpenApi30(after) };
  const report = (aspect: string, verdict: Verdict, one: unknown, other: unknown, field = ""): void =>
    void changes.push({
      operation: "document",
      part: "document",
      field,
      kind: kindOf(one, other),
      aspect,
      verdict,
      before: one,
      after: other,
    });

  compareServers(documents.before.servers, documents.after.servers, report);
  for (const word of ["info", "tags", "externalDocs"]) {
    const [one, other] = [documents.before[word], documents.after[word]];
    if (!isDeepStrictEqual(one, other)) report("description", "cosmetic", one, other, word);
  }
  compareSchemaNames(documents.before, documents.after, report);
  compareExportedTypes(documents, (change) => changes.push(change));
  const [old, now] = [documents.before, documents.after].map(
    (document) => new Map(listOperations(document).map((operation) => [operation.name, operation])),
  ) as [
    Map<string, ReturnType<typeof listOperations>[number]>,
    Map<string, ReturnType<typeof listOperations>[number]>,
  ];
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const [one, other] = [old.get(name), now.get(name)];
    if (one && other)
      compareOperations({ before: one, after: other }, documents, (change) => changes.push(change));
    else
      changes.push({
        operation: name,
        part: "operation",
        field: "",
        kind: one ? "removed" : "added",
        aspect: "operation",
        verdict: one ? "breaking" : "compatible",
      });
  }
  return changes;
}

/** The names of schemas are the names of exported types. */
function compareSchemaNames(
  before: JsonObject,
  after: JsonObject,
  report: (aspect: string, verdict: Verdict, one: unknown, other: unknown, field: string) => void,
): void {
  const [old, now] = [before, after].map(({ components }) =>
    isObject(components) && isObject(components.schemas) ? Object.keys(components.schemas) : [],
  ) as [string[], string[]];
  for (const name of old)
    if (!now.includes(name)) report("type name", "breaking", name, undefined, `schema ${name}`);
  for (const name of now)
    if (!old.includes(name)) report("type name", "cosmetic", undefined, name, `schema ${name}`);
}
