import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";
import type { JsonObject } from "./source.js";
import { mapSchemas, withoutMisleadingData } from "./walk.js";

/** The document's types; binary parts are `Blob | File`. */
export async function emitSchema(document: JsonObject): Promise<string> {
  const reference = (name: string) => ts.factory.createTypeReferenceNode(name);
  const plain = mapSchemas(withoutMisleadingData(document), withoutPatternProperties);
  const types = await openapiTS(plain as never, {
    defaultNonNullable: false,
    silent: true,
    transform: ({ format, nullable }) =>
      format === "binary"
        ? ts.factory.createUnionTypeNode([
            reference("Blob"),
            reference("File"),
            ...(nullable ? [ts.factory.createLiteralTypeNode(ts.factory.createNull())] : []),
          ])
        : undefined,
  });
  return astToString(types);
}

/** A type cannot say which names a pattern matches: an index signature would be for all of them. */
function withoutPatternProperties({ patternProperties: _patterns, ...schema }: JsonObject): JsonObject {
  return schema;
}
