import { readFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import type * as GeneratedOperations from "../../generated/operations.js";
import type { Check } from "../../generated/validators.js";
import { buildEffectiveDocument } from "../../scripts/generate/document.js";
import { emitSources } from "../../scripts/generate/generated-files.js";
import { parseSource } from "../../scripts/generate/source.js";
import type { PartKind } from "../../src/api/multipart.js";
import { load } from "../support/load.js";

/** The result of the generator for one document: its files, and what two of them export. */
export interface Generated {
  files: Map<string, string>;
  operations: Record<string, { operationId?: string; mediaType?: string; parts?: Record<string, PartKind> }>;
  exported: typeof GeneratedOperations;
  requests: Record<string, Check>;
  responses: Record<string, Check>;
}

const fixtures = join(import.meta.dirname, "fixtures");

/** The text of a fixture. */
export const readFixture = (name: string): Promise<string> =>
  readFile(join(fixtures, `${name}.yaml`), "utf8");

/** Generates from documents by file name, without an overlay, and loads the result. */
export async function generate(documents: Record<string, string>): Promise<Generated> {
  const sources = Object.entries(documents).map(([file, text]) => parseSource(file, text));
  const effective = await buildEffectiveDocument({ documents: sources, overlay: undefined });
  // Not formatted, and the compiled code apart: what takes longer than all else is left out.
  const { sources: emitted, code } = await emitSources(effective);
  const exported = await load<typeof GeneratedOperations>(transpile(emitted["operations.ts"]));
  const { requests, responses } = await load<Pick<Generated, "requests" | "responses">>(
    `${code}\nexport { compiledRequests as requests, compiledResponses as responses };`,
  );
  const files = new Map(Object.entries({ ...emitted, "compiled code": code }));
  return { files, operations: exported.operations as never, exported, requests, responses };
}

const generations = new Map<string, Promise<Generated>>();

/** Generates from a fixture; only once, since most of the time of these tests goes into it. */
export function generateFixture(name: string): Promise<Generated> {
  const generation =
    generations.get(name) ?? readFixture(name).then((text) => generate({ [`${name}.yaml`]: text }));
  generations.set(name, generation);
  return generation;
}

function transpile(source: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}
