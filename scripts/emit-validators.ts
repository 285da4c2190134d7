import { dirname } from "node:path";
import Ajv, { _ } from "ajv";
import type { KeywordCxt, Options } from "ajv";
import addFormats from "ajv-formats";
import standaloneCode from "ajv/dist/standalone/index.js";
import { build } from "esbuild";
import { binaryKeyword, createCheckSchemas } from "./check-schemas.js";
import type { CheckSchemas } from "./check-schemas.js";
import { answerMedia, listOperations, requestMedia } from "./operation.js";
import type { Media, Operation } from "./operation.js";
import type { JsonObject } from "./source.js";

/** TypeScript in two parts: compiled code, which stays as it is, and what stands around it, for `compiledCode`. */
export interface Validators {
  code: string;
  module: string;
}

/** What stands in the module where the compiled code goes. */
export const compiledCode = "var compiled = {};";

/**
 * The checks of every operation as plain ESM TypeScript: `requests` judges what is about to be sent, as strictly as the
 * document does, and lists every fault; `answers` reads a number sent as text, or one string where a list is due, as
 * what is meant, and stops at the first fault.
 */
export async function emitValidators(document: JsonObject): Promise<Validators> {
  const modules: Record<string, string> = {
    requests: await compile(document, requestMedia, { allErrors: true }),
    answers: await compile(document, answerMedia, { coerceTypes: "array" }),
  };
  const { outputFiles } = await build({
    stdin: {
      contents: `export { checks as requests } from "requests";\nexport { checks as answers } from "answers";`,
      resolveDir: import.meta.dirname,
    },
    plugins: [
      {
        name: "compiled-schemas",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^(requests|answers)$/ }, ({ path }) => ({ path, namespace: "compiled" }));
          onLoad({ filter: /.*/, namespace: "compiled" }, ({ path }) => ({
            contents: modules[path] ?? "",
            resolveDir: import.meta.dirname,
          }));
        },
      },
    ],
    // The bundle names its sources: neither where it is run nor where packages are kept may show in it.
    absWorkingDir: dirname(import.meta.dirname),
    preserveSymlinks: true,
    bundle: true,
    write: false,
    format: "iife",
    globalName: "compiled",
    target: "es2022",
  });
  const module = `
    // @ts-nocheck: compiled code; what it exports is declared at the end
    // prettier-ignore
    ${compiledCode}

    /** What a check found: where (a JSON pointer into the data), which rule, and why. */
    export interface CheckError {
      instancePath: string;
      keyword: string;
      params: Record<string, unknown>;
      message?: string;
    }

    /** A compiled schema: tells whether data keeps to it; \`errors\` holds what the last call found. */
    export interface Check {
      (data: unknown): boolean;
      errors?: CheckError[] | null;
    }

    /** What may be sent, by operation. */
    export const requests: Readonly<Record<string, Check>> = compiled.requests;

    /** What a success may answer, by operation; types are coerced in place. */
    export const answers: Readonly<Record<string, Check>> = compiled.answers;
  `;
  return { code: outputFiles[0]!.text.trim(), module };
}

/** One module of standalone code that exports `checks`, by operation. */
async function compile(
  document: JsonObject,
  mediaOf: (operation: Operation, document: JsonObject) => Media | undefined,
  options: Options,
): Promise<string> {
  const schemas = createCheckSchemas(document, "document");
  const exported: Record<string, string> = {};
  const checks: JsonObject[] = [];
  const table: string[] = [];
  for (const operation of listOperations(document)) {
    const media = mediaOf(operation, document);
    if (media?.schema === undefined) continue;
    const id = `check${table.length}`;
    checks.push({ $id: id, allOf: [schemas.toCheck(media.schema)] });
    exported[id] = id;
    table.push(`${JSON.stringify(operation.name)}: ${id}`);
  }
  for (const pattern of schemas.met.foreignPatterns) {
    console.warn(`The pattern ${pattern} is no ECMAScript regular expression: it is not checked`);
  }
  if (table.length === 0) return "export const checks = {};";
  const ajv = await createAjv(schemas.met, options);
  ajv.addSchema({ $id: "document", definitions: schemas.definitions });
  ajv.addSchema(checks);
  // Nobody is told where in a schema a rule stands, and every page would have to load it.
  const code = standaloneCode.default(ajv, exported).replaceAll(/,schemaPath:"(?:[^"\\]|\\.)*"/g, "");
  return `${code}\nexport const checks = { ${table.join(", ")} };`;
}

async function createAjv(
  { late, sloppyPattern, inheritedName }: CheckSchemas["met"],
  options: Options,
): Promise<Ajv.default> {
  const Class = late ? (await import("ajv/dist/2020.js")).default.default : Ajv.default;
  const ajv = new Class({
    ...options,
    strict: false,
    inlineRefs: false,
    unicodeRegExp: !sloppyPattern,
    ownProperties: inheritedName,
    logger: false,
    discriminator: true,
    code: { source: true, esm: true },
  });
  addFormats.default(ajv as Ajv.default);
  ajv.addKeyword({
    keyword: binaryKeyword,
    error: { message: "must be a Blob, a File, an ArrayBuffer or a typed array" },
    code: (context: KeywordCxt) =>
      context.fail(
        _`!(${context.data} instanceof Blob || ${context.data} instanceof ArrayBuffer || ArrayBuffer.isView(${context.data}))`,
      ),
  });
  return ajv as Ajv.default;
}
