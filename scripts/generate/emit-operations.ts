import { readAuthentication } from "./authentication.js";
import { formParts } from "./form-parts.js";
import type { Part } from "./form-parts.js";
import { listOperations, requestMedia } from "./operation.js";
import { readFormDefaults, readFormRoles } from "./roles.js";
import type { Service } from "./roles.js";
import { serverUrl } from "./server.js";
import type { JsonObject } from "./source.js";

/** Emits what the client and the mock server need of the document at run time, as TypeScript. */
export function emitOperations(document: JsonObject, service: Service): string {
  const forms: string[] = [];
  const declarations: string[] = [];
  const operations = listOperations(document).map((one) => {
    const media = requestMedia(one, document);
    const parts = media && formParts(media, document);
    const kinds = Object.entries(parts ?? {}).map(([name, kind]) => {
      const key = JSON.stringify(name);
      if (!isSpecial(kind)) return { isSpecial: false, member: `${key}: ${JSON.stringify(kind)}` };
      // A constant of its own, so that a program that only encodes forms is bundled without the rest of the table.
      const part = `part${declarations.length}`;
      declarations.push(`const ${part} = ${JSON.stringify(kind)} as const;\n`);
      return { isSpecial: true, member: `${key}: ${part}` };
    });
    const membersOf = (some: typeof kinds) => `{ ${some.map(({ member }) => member).join(", ")} }`;
    if (parts) {
      forms.push(`${JSON.stringify(one.name)}: ${membersOf(kinds.filter((kind) => kind.isSpecial))}`);
    }
    const entry = {
      operationId: one.operation.operationId,
      method: one.method.toUpperCase(),
      path: one.path,
      mediaType: media?.type,
      roles: media && readFormRoles(media.schema, document),
      defaults: media && readFormDefaults(media.schema, document),
    };
    const members = JSON.stringify(entry).slice(1, -1) + (parts ? `, parts: ${membersOf(kinds)}` : "");
    return `${JSON.stringify(one.name)}: { ${members} }`;
  });
  const declareCode = (comment: string, name: string, code: string): string =>
    `/** ${comment} */\nexport const ${name} = ${code};\n`;
  const declareTable = (comment: string, name: string, entries: string[]): string =>
    declareCode(comment, name, `{ ${entries.join(", ")} } as const`);
  const declare = (comment: string, name: string, value: unknown): string =>
    declareCode(comment, name, value === undefined ? "null" : `${JSON.stringify(value)} as const`);
  return [
    declare("The service's address, unless another is given.", "server", server(document)),
    declare(
      "The header that carries the key, and its scheme.",
      "authentication",
      readAuthentication(document),
    ),
    ...declarations,
    declareTable(
      "The parts of every form that are more than plain text, by the operation that sends it.",
      "forms",
      forms,
    ),
    declareTable(
      "Every operation by method and path: its id, its request's media type, and a form's parts, roles and their defaults.",
      "operations",
      operations,
    ),
    declare("The operation that makes images, by model.", "models", service.models),
    declare("The model that is used where none is named.", "defaultModel", service.defaultModel),
    declare("The operation that reads a task.", "statusOperation", service.statusOperation),
    declare(
      "The wire names of the fields of responses that the client reads, by role.",
      "fields",
      service.fields,
    ),
    declare("The names of the values of those fields, by role and value.", "enums", service.enums),
    declare(
      "Input that the service may not handle as intended, by operation: a reason to warn, never to refuse.",
      "advice",
      service.advice,
    ),
  ].join("\n");
}

/** Whether a part is encoded otherwise than what its value is. */
const isSpecial = ({ type, contentType }: Part): boolean =>
  type === "file" || type === "json" || contentType !== undefined;

/** The first server, its variables at their defaults. */
function server(document: JsonObject): string | undefined {
  const places = [document, ...listOperations(document).flatMap(({ operation, item }) => [operation, item])];
  const [first] = places.flatMap(({ servers }) => (Array.isArray(servers) ? (servers as unknown[]) : []));
  return serverUrl(first);
}
