import { isDeepStrictEqual } from "node:util";
import type { Operation } from "../../generate/operation.js";
import type { JsonObject } from "../../generate/source.js";
import { kindOf } from "./change.js";
import type { Change } from "./change.js";
import { authenticationOf, compareAuthentication } from "./compare-authentication.js";
import { compareBodies, compareResponses } from "./compare-bodies.js";
import { compareParameters } from "./compare-parameters.js";
import { compareSchemas } from "./compare-schemas.js";
import { compareServers } from "./compare-servers.js";
import { namesOf } from "./context.js";
import type { Context, Pair } from "./context.js";

/** Reports every difference between two forms of one operation. */
export function compareOperations(
  { before, after }: Pair<Operation>,
  documents: Pair<JsonObject>,
  report: (change: Change) => void,
): void {
  const operation = after.name;
  const context: Context = {
    documents,
    report: (part, field, aspect, verdict, one, other) =>
      report({
        operation,
        part,
        field,
        kind: kindOf(one, other),
        aspect,
        verdict,
        before: one,
        after: other,
      }),
    compareValues: (part, direction, schemas, field = "") =>
      compareSchemas({
        ...schemas,
        documents,
        direction,
        report: (change) =>
          report({ ...change, operation, part, field: [field, change.field].filter(Boolean).join(".") }),
      }),
  };
  compareWords(before.operation, after.operation, context);
  compareAuthentication(
    authenticationOf(before, documents.before),
    authenticationOf(after, documents.after),
    (...change) => context.report("operation", "", ...change),
  );
  const [old, now] = [before, after].map(({ operation: own, item }) => own.servers ?? item.servers);
  compareServers(old, now, (...change) => context.report("operation", "", ...change));
  compareParameters({ before, after }, context);
  compareBodies({ before: before.operation.requestBody, after: after.operation.requestBody }, context);
  compareResponses({ before: before.operation.responses, after: after.operation.responses }, context);
}

const structure = new Set(["parameters", "requestBody", "responses", "security", "servers"]);

function compareWords(before: JsonObject, after: JsonObject, { report }: Context): void {
  for (const word of namesOf(before, after)) {
    const [one, other] = [before[word], after[word]];
    if (structure.has(word) || isDeepStrictEqual(one, other)) continue;
    if (word === "deprecated") {
      if (Boolean(one) !== Boolean(other)) report("operation", "", "deprecated", "compatible", one, other);
    }
    // The exported types are named after it.
    else if (word === "operationId") report("operation", "", "operationId", "breaking", one, other);
    else if (word === "x-role")
      report("operation", "", "role", one === undefined ? "compatible" : "breaking", one, other);
    else report("operation", "", word.startsWith("x-") ? "extension" : word, "cosmetic", one, other);
  }
}
