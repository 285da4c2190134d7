import { readFileSync } from "node:fs";
import { format } from "prettier";
import type { Options } from "prettier";
import { breakCircularReferences } from "./circular-schemas.js";
import { checkContradictions } from "./contradictions.js";
import { withoutRequired } from "./directions.js";
import type { EffectiveDocument } from "./document.js";
import { emitOperations } from "./emit-operations.js";
import { emitSchema } from "./emit-schema.js";
import { emitModelSchemas } from "./emit-model-schemas.js";
import { compiledCode, emitValidators } from "./emit-validators.js";
import { emitFieldsTable } from "./fields-table.js";
import { nameReferencedSchemas } from "./named-schemas.js";
import { convertToOpenApi30 } from "./convert-to-30.js";
import { readService } from "./roles.js";

/** The first words of every generated file. */
export const notice =
  "Generated from spec/ by `npm run generate`. Do not edit: change spec/ and generate again.";

const style = JSON.parse(readFileSync(new URL("../../.prettierrc.json", import.meta.url), "utf8")) as Options;

/** Every generated file by name, not formatted yet, and the compiled code that goes into the checks. */
export interface Emitted {
  sources: Record<
    "model-schemas.ts" | "openapi.json" | "operations.ts" | "schema.ts" | "validators.ts",
    string
  >;
  code: string;
  /** The table of the models' fields, for a page of Markdown; not formatted yet. */
  table: string;
  /** Notes on the document, a line each. */
  notes: string[];
}

/** The generated files as they are written. */
export async function formatSources({
  sources,
  code,
}: Pick<Emitted, "sources" | "code">): Promise<Map<string, string>> {
  const files = Object.entries(sources).map(
    async ([name, source]) => [name, await format(source, { ...style, filepath: name })] as const,
  );
  const formatted = new Map(await Promise.all(files));
  // Not formatted: it may be megabytes, and is marked to be left as it is.
  const checks = formatted.get("validators.ts")!.replace(compiledCode, () => code);
  return formatted.set("validators.ts", checks);
}

/** The texts of the generated files. */
export async function emitSources(effective: EffectiveDocument): Promise<Emitted> {
  checkContradictions(effective.document, effective.fail);
  const document = breakCircularReferences(
    nameReferencedSchemas(convertToOpenApi30(effective.document)),
    effective.fail,
  );
  const requests = withoutRequired(document, "readOnly");
  const service = readService(document, effective.fail);
  const operations = emitOperations(document, service);
  const explain = (product: string) => (error: Error) =>
    effective.fail([], `cannot be turned into ${product}: ${error.message.split("\n")[0]}`);
  const { code, module, notes } = await emitValidators(document, service).catch(explain("checks"));
  const schema = await Promise.resolve(document).then(emitSchema).catch(explain("types"));
  const descriptions = await Promise.resolve(requests)
    .then((each) => emitModelSchemas(each, service))
    .catch(explain("descriptions of its models"));
  const sources = {
    "model-schemas.ts": `// ${notice}\n\n${descriptions}`,
    "openapi.json": JSON.stringify({ "x-generated": notice, ...effective.document }, null, 2),
    "operations.ts": `// ${notice}\n\n${operations}`,
    "schema.ts": `// ${notice}\n\n${schema}`,
    "validators.ts": `// ${notice}\n\n${module}`,
  };
  const table = emitFieldsTable(requests, service);
  return { sources, code, table, notes: [...effective.notes, ...service.notes, ...notes] };
}
