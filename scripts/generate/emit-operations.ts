import { readAuthentication } from "./authentication.js";
import type { EffectiveDocument } from "./document.js";
import { formParts } from "./form-parts.js";
import { listOperations, requestMedia } from "./operation.js";
import { readAnswerRoles, readFormDefaults, readFormRoles, readOperationRoles } from "./roles.js";
import { serverUrl } from "./server.js";
import type { JsonObject } from "./source.js";

/** The little that the client and the mock server need of the document at run time, as TypeScript. */
export function emitOperations({ document, fail }: EffectiveDocument): string {
  const all = listOperations(document);
  const operations = all.map((one) => {
    const media = requestMedia(one, document);
    const entry = {
      operationId: one.operation.operationId,
      method: one.method.toUpperCase(),
      path: one.path,
      mediaType: media?.type,
      parts: media && formParts(media, document),
      roles: media && readFormRoles(media.schema, document),
      defaults: media && readFormDefaults(media.schema, document),
    };
    return [one.name, entry];
  });
  const { models, statusOperation } = readOperationRoles(all, fail);
  const { fields, enums } = readAnswerRoles(document, fail);
  const declare = (comment: string, name: string, value: unknown): string =>
    `/** ${comment} */\nexport const ${name} = ${value === undefined ? "null" : `${JSON.stringify(value)} as const`};\n`;
  return [
    declare("Where the service is, unless told otherwise.", "server", server(document)),
    declare("How the service is told who asks.", "authentication", readAuthentication(document)),
    declare(
      "Every operation by method and path: its id, its request's media type, and a form's parts, roles and their defaults.",
      "operations",
      Object.fromEntries(operations),
    ),
    declare("The operation that makes images, by model.", "models", models),
    declare("The operation that reads a task.", "statusOperation", statusOperation),
    declare("The wire names of what the client reads in answers, by role.", "fields", fields),
    declare("The names of the numbers in answers, by role and number.", "enums", enums),
  ].join("\n");
}

/** The first server, its variables at their defaults. */
function server(document: JsonObject): string | undefined {
  const places = [document, ...listOperations(document).flatMap(({ operation, item }) => [operation, item])];
  const [first] = places.flatMap(({ servers }) => (Array.isArray(servers) ? (servers as unknown[]) : []));
  return serverUrl(first);
}
