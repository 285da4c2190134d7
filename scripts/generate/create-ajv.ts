import Ajv, { _ } from "ajv";
import type { KeywordCxt } from "ajv";
import addFormats from "ajv-formats";
import { usePattern } from "ajv/dist/vocabularies/code.js";
import { readAs } from "./read-as.js";
import type { JsonObject } from "./source.js";

/** Our keyword for bytes, which JSON Schema cannot describe. */
export const binaryKeyword = "binaryPart";

/** Our keyword for the types that a value of a response is read as, separated by spaces. */
export const readKeyword = "readAs";

/** Our keyword for a pattern with its own message. */
export const patternKeyword = "explainedPattern";

export interface ExplainedPattern {
  pattern: string;
  message: string;
}

/** The features of ajv that a document's schemas need. */
export interface SchemaFeatures {
  /** A keyword that only the newest JSON Schema has. */
  newKeyword: boolean;
  /** A pattern that is a regular expression only without the `u` flag. */
  legacyPattern: boolean;
  /** A field that every object inherits, such as `constructor`. */
  inheritedName: boolean;
}

/** A schema that first reads a value as the type that was meant, and then applies its other keywords to that. */
export function withReading({ type, ...schema }: JsonObject): JsonObject {
  const types = [type ?? []].flat() as string[];
  if (types.length === 0 || types.every((name) => name === "object" || name === "null")) {
    return type === undefined ? schema : { type, ...schema };
  }
  const rest = Object.keys(schema).length > 0 && { allOf: [schema] };
  return { [readKeyword]: types.join(" "), ...rest };
}

/** Creates an ajv that knows these keywords and compiles to standalone code. */
export async function createAjv({
  newKeyword,
  legacyPattern,
  inheritedName,
}: SchemaFeatures): Promise<Ajv.default> {
  const Class = newKeyword ? (await import("ajv/dist/2020.js")).default.default : Ajv.default;
  const ajv = new Class({
    allErrors: true,
    strict: false,
    inlineRefs: false,
    unicodeRegExp: !legacyPattern,
    ownProperties: inheritedName,
    logger: false,
    discriminator: true,
    multipleOfPrecision: 9, // 0.29 is a multiple of 0.01, though 0.29 / 0.01 is 28.999999999999996
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
  ajv.addKeyword({
    keyword: patternKeyword,
    type: "string",
    error: { message: ({ schema }) => (schema as ExplainedPattern).message },
    code(context: KeywordCxt) {
      const { pattern } = context.schema as ExplainedPattern;
      context.fail(_`!${usePattern(context, pattern)}.test(${context.data})`);
    },
  });
  ajv.addKeyword({
    keyword: readKeyword,
    before: "$ref", // the other keywords see what was read
    error: { message: ({ schema }) => `must be ${String(schema).replaceAll(" ", " or ")}` },
    code(context: KeywordCxt) {
      const { gen, data, schema, it } = context;
      const read = gen.scopeValue("func", { ref: readAs, code: _`readAs` });
      const value = gen.const("read", _`${read}(${data}, ${schema})`);
      const change = () =>
        gen.assign(data, value).assign(_`${it.parentData}[${it.parentDataProperty}]`, value);
      context.result(_`${value} !== undefined`, () =>
        gen.if(_`${value} !== ${data} && ${it.parentData}`, change),
      );
    },
  });
  return ajv as Ajv.default;
}
