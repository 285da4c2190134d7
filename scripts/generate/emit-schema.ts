import { astToString, scanDiscriminators, transformSchema } from "openapi-typescript";
import type { GlobalContext, OpenAPI3 } from "openapi-typescript";
import ts from "typescript";
import { withoutRequired } from "./directions.js";
import { followReference } from "./reference.js";
import { isObject } from "./source.js";
import type { JsonObject } from "./source.js";
import { mapSchemas, withoutMisleadingData } from "./walk.js";

/**
 * The document's types; binary parts are `Blob | File`.
 *
 * Only the part of openapi-typescript is used that turns a document in memory into types: its entry point would follow
 * every reference that it finds, to files and to other hosts.
 */
export function emitSchema(document: JsonObject): string {
  // A type is for both directions, so it requires nothing that one of them lacks.
  const shared = withoutRequired(withoutRequired(document, "readOnly"), "writeOnly");
  const plain = mapSchemas(withoutMisleadingData(shared), toTypeSchema) as unknown as OpenAPI3;
  const code = astToString(transformSchema(plain, createContext(plain)));
  checkDeclarations(code);
  return code;
}

function createContext(document: OpenAPI3): GlobalContext {
  const context: Omit<GlobalContext, "postTransform" | "redoc" | "transformProperty"> = {
    additionalProperties: false,
    alphabetize: false,
    arrayLength: false,
    conditionalEnums: false,
    dedupeEnums: false,
    defaultNonNullable: false,
    discriminators: scanDiscriminators(document, { silent: true }),
    emptyObjectsUnknown: true,
    enum: false,
    enumValues: false,
    excludeDeprecated: false,
    exportType: false,
    generatePathParams: false,
    immutable: false,
    injectFooter: [],
    makePathsEnum: false,
    pathParamsAsTypes: false,
    propertiesRequiredByDefault: false,
    readWriteMarkers: false,
    resolve: ($ref) => followReference({ $ref }, document as unknown as JsonObject) as never,
    rootTypes: false,
    rootTypesKeepCasing: false,
    rootTypesNoSchemaPrefix: false,
    silent: true,
    transform: ({ format, nullable }) => (format === "binary" ? binaryType(nullable === true) : undefined),
  };
  return context as GlobalContext; // Redocly's settings are for its own reader, which is not called
}

function binaryType(isNullable: boolean): ts.TypeNode {
  const types: ts.TypeNode[] = ["Blob", "File"].map((name) => ts.factory.createTypeReferenceNode(name));
  if (isNullable) types.push(ts.factory.createLiteralTypeNode(ts.factory.createNull()));
  return ts.factory.createUnionTypeNode(types);
}

/**
 * A schema of which a type can be made. Which names a pattern matches cannot be said: an index signature would be for all
 * of them. One for further properties is for the known ones as well, so that it allows their types too.
 */
function toTypeSchema({ patternProperties: _patterns, ...schema }: JsonObject): JsonObject {
  const { properties, additionalProperties: further } = schema;
  if (!isObject(further) || !isObject(properties) || Object.keys(properties).length === 0) return schema;
  return { ...schema, additionalProperties: { anyOf: [further, ...Object.values(properties)] } };
}

/** Fails if the code contains anything but declarations of types. */
function checkDeclarations(code: string): void {
  const file = ts.createSourceFile("schema.ts", code, ts.ScriptTarget.ESNext, false, ts.ScriptKind.TS);
  const areTypes = file.statements.every(
    (statement) => ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement),
  );
  const { parseDiagnostics } = file as unknown as { parseDiagnostics: unknown[] };
  if (!areTypes || parseDiagnostics.length > 0)
    throw new Error("they would hold more than declarations of types");
}
