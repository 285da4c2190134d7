// Starts the mock server of a folder, sends it one synthesised request for each form operation of the document that it was
// generated from, and prints the status of each response by operation; 0 where no input was found that the checks allow.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { listOperations, requestMedia } from "../../../../scripts/generate/operation.js";
import type { JsonObject } from "../../../../scripts/generate/source.js";
import { synthesise } from "../../../../scripts/update/models/synthesise.js";
import { encodeForm } from "../../../../src/api/multipart.js";
import type * as mockServer from "../../../../src/mock-server/index.js";
import type * as generated from "../../../../generated/operations.js";
import type { requests as checks } from "../../../../generated/validators.js";

const folder = process.argv[2]!;
const load = async <T>(path: string): Promise<T> =>
  (await import(pathToFileURL(join(folder, path)).href)) as T;

const { operations, authentication } = await load<{
  operations: Record<string, { method: string; path: string; parts?: Parameters<typeof encodeForm>[1] }>;
  authentication: (typeof generated)["authentication"] | null;
}>("generated/operations.ts");
const { requests } = await load<{ requests: typeof checks }>("generated/validators.ts");
const { startMockServer } = await load<typeof mockServer>("src/mock-server/index.ts");
const document = JSON.parse(await readFile(join(folder, "generated/openapi.json"), "utf8")) as JsonObject;

const statuses: Record<string, number> = {};
const server = await startMockServer();
for (const one of listOperations(document)) {
  const { method, path, parts } = operations[one.name]!;
  const media = requestMedia(one, document);
  if (!parts || !media) continue;
  const check = requests[one.name];
  const input = synthesise(media.schema, document).find((value) => !check || check(value));
  statuses[one.name] = 0;
  if (input === undefined) continue;
  const form = await encodeForm(input as Record<string, unknown>, parts);
  const headers = {
    ...form.headers,
    ...(authentication && { [authentication.header]: `${authentication.scheme} key`.trim() }),
  };
  const url = server.url + path.replaceAll(/\{[^}]*\}/g, "x");
  const response = await fetch(url, { method, headers, body: await new Response(form.body).arrayBuffer() });
  const { ok } = (await response.json().catch(() => ({}))) as { ok?: boolean };
  statuses[one.name] = ok ? response.status : -response.status;
}
await server.close();
process.stdout.write(JSON.stringify(statuses));
