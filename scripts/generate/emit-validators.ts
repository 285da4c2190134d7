import { resolve } from "node:path";
import standaloneCode from "ajv/dist/standalone/index.js";
import { build } from "esbuild";
import { createSchemaConverter } from "./convert-schemas.js";
import { createAjv, withReading } from "./create-ajv.js";
import { withoutRequired } from "./directions.js";
import { propertiesOf, requiredOf } from "./form-parts.js";
import { isForm, listOperations, requestMedia, responseMedia } from "./operation.js";
import type { Media, Operation } from "./operation.js";
import { printable } from "./printable.js";
import { demandedFields, requiresFields } from "./roles.js";
import type { Service } from "./roles.js";
import { shorten } from "./shorten.js";
import { followReference } from "./reference.js";
import { isObject } from "./source.js";
import type { JsonObject } from "./source.js";

/** TypeScript in two parts: compiled code, which stays as it is, and the module around it, with `compiledCode` in its place. */
export interface Validators {
  code: string;
  module: string;
  /** Notes on what the checks leave out. */
  notes: string[];
}

/** The end that esbuild gives the bundle below; the module declares the same names with types. */
const exportsOfBundle = "export {\n  compiledRequests,\n  compiledResponses\n};\n";

/** The placeholder in the module for the compiled code. */
export const compiledCode = "var compiled = {};";

/**
 * The checks of every operation as plain ESM TypeScript: `requests` validates what is about to be sent, as strictly as the
 * document; `responses` also reads a number sent as text, or one string in place of a list, as the type that was meant.
 */
export async function emitValidators(document: JsonObject, service?: Service): Promise<Validators> {
  const notes = new Set<string>();
  const sent = withoutRequired(document, "readOnly");
  const received = withoutRequired(document, "writeOnly");
  const requestOf = (operation: Operation): Media | undefined => {
    const media = requestMedia(operation, sent);
    return media && { ...media, schema: withoutNullParts(media, sent) };
  };
  const responseOf = (operation: Operation): Media | undefined => {
    const media = responseMedia(operation, received);
    return media && service
      ? { ...media, schema: withDemands(media.schema, operation, service, received) }
      : media;
  };
  const modules: Record<string, string> = {
    requests: await compile(sent, requestOf, (schema) => schema, notes),
    responses: await compile(received, responseOf, withReading, notes),
  };
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { checks as requests } from "requests";
        import { checks as responses } from "responses";
        export const compiledRequests = requests;
        export const compiledResponses = responses;
      `,
      resolveDir: import.meta.dirname,
    },
    plugins: [
      {
        name: "compiled-schemas",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^(requests|responses)$/ }, ({ path }) => ({ path, namespace: "compiled" }));
          onLoad({ filter: /.*/, namespace: "compiled" }, ({ path }) => ({
            contents: modules[path] ?? "",
            resolveDir: import.meta.dirname,
          }));
        },
      },
    ],
    // The bundle names its sources: neither where it is run nor where packages are kept may show in it.
    absWorkingDir: resolve(import.meta.dirname, "../.."),
    preserveSymlinks: true,
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
  });
  const module = `
    // @ts-nocheck: compiled code; what it exports is declared at the end
    // prettier-ignore
    ${compiledCode}

    /** A fault that a check found: where (a JSON pointer into the data, and a field that is missing or too many there), and why. */
    export interface CheckError {
      path: string;
      field?: string;
      message: string;
    }

    /** A compiled schema: tells whether data keeps to it; \`errors\` holds what the last call found. */
    export interface Check {
      (data: unknown): boolean;
      errors?: CheckError[] | null;
    }

    /** The checks of requests, by operation. */
    export const requests: Readonly<Record<string, Check>> = compiledRequests;

    /** The checks of successful responses, by operation; types are coerced in place. */
    export const responses: Readonly<Record<string, Check>> = compiledResponses;
  `;
  const text = outputFiles[0]!.text;
  if (!text.endsWith(exportsOfBundle))
    throw new Error("the bundle of the checks does not end in its exports");
  return { code: text.slice(0, -exportsOfBundle.length).trim(), module, notes: [...notes] };
}

/** One module of standalone code that exports `checks`, by operation; `adapt` changes each schema beforehand. */
async function compile(
  document: JsonObject,
  mediaOf: (operation: Operation) => Media | undefined,
  adapt: (schema: JsonObject) => JsonObject,
  notes: Set<string>,
): Promise<string> {
  const converter = createSchemaConverter(document, adapt);
  const exported: Record<string, string> = {};
  const checks: JsonObject[] = [];
  const table: string[] = [];
  for (const operation of listOperations(document)) {
    const media = mediaOf(operation);
    if (media?.schema === undefined) continue;
    const id = `check${table.length}`;
    const schema = converter.convert(dereference(media.schema, document));
    checks.push({ $id: id, ...(isObject(schema) ? schema : { not: {} }) });
    exported[id] = id;
    table.push(`${JSON.stringify(operation.name)}: ${id}`);
  }
  for (const pattern of converter.uncheckedPatterns) {
    notes.add(printable(`the pattern ${pattern} is not an ECMAScript regular expression: it is not checked`));
  }
  if (table.length === 0) return "export const checks = {};";
  const ajv = await createAjv(converter.features);
  ajv.addSchema([...converter.definitions.values(), ...checks]);
  const code = shorten(standaloneCode.default(ajv, exported));
  return `import { readAs } from "./read-as.js";\n${code}\nexport const checks = { ${table.join(", ")} };`;
}

/** The schema of a form in which a required part must have a value: an optional one that is null is left out. */
function withoutNullParts({ schema, type }: Media, document: JsonObject): unknown {
  if (!isForm(type)) return schema;
  const required = requiredOf(schema, document);
  const properties = Object.entries(propertiesOf(schema, document)).flatMap(([name, property]) => {
    const { nullable, type, format } = followReference(property, document);
    const types = ([] as unknown[]).concat(type ?? []);
    if (!required.has(name) || !(nullable === true || types.includes("null"))) return [];
    const [other] = types.filter((one) => one !== "null");
    const rule = types.length === 0 ? { not: { enum: [null] } } : { type: other, format };
    return [[name, rule] as const];
  });
  if (properties.length === 0) return schema;
  return { allOf: [schema, { type: "object", properties: Object.fromEntries(properties) }] };
}

/** A response's schema that requires the fields that the client needs to read a task, where the document does not. */
function withDemands(schema: unknown, operation: Operation, service: Service, document: JsonObject): unknown {
  const demanded = demandedFields(operation, service);
  const { data } = service.fields;
  if (demanded.length === 0 || data === undefined || requiresFields(schema, data, demanded, document))
    return schema;
  const rule = {
    type: "object",
    required: [data],
    properties: { [data]: { type: "object", required: demanded } },
  };
  return { allOf: [schema, rule] };
}

/** The target of a schema that is only a reference, whose check would only call another. */
function dereference(schema: unknown, document: JsonObject): unknown {
  return isObject(schema) && Object.keys(schema).join() === "$ref"
    ? followReference(schema, document)
    : schema;
}
