import { allowedBy } from "./contradictions.js";
import { propertiesOf } from "./form-parts.js";
import { resolveReference } from "./reference.js";
import { isObject } from "./source.js";
import type { JsonObject } from "./source.js";
import { mapSchemas } from "./walk.js";

/**
 * Gives every schema that is referred to a name in `components.schemas`, and discriminators a mapping to such names.
 *
 * Bundled documents refer to a schema where it first occurs, such as in the body of another operation, but types can only
 * be generated for schemas with a name.
 */
export function nameReferencedSchemas(document: JsonObject): JsonObject {
  const names = new Map<string, string>();
  const components = isObject(document.components) ? document.components : {};
  const known = isObject(components.schemas) ? components.schemas : {};

  function nameOf(reference: string): string {
    const base = reference
      .split("/")
      .slice(1)
      .join(".")
      .replace(/%..|~./g, "_")
      .replace(/[^\w.-]/g, "_");
    let name = base;
    for (let n = 2; Object.hasOwn(known, name) || [...names.values()].includes(name); n++)
      name = `${base}_${n}`;
    names.set(reference, name);
    return name;
  }

  const renamed = mapSchemas(document, (original) => {
    const schema = withMapping(original, document);
    if (typeof schema.$ref !== "string" || !schema.$ref.split("/").slice(1).includes("schema")) return schema;
    return { ...schema, $ref: `#/components/schemas/${names.get(schema.$ref) ?? nameOf(schema.$ref)}` };
  });
  const added = [...names].map(([reference, name]) => [name, resolveReference(reference, renamed)]);
  const schemas = {
    ...((renamed.components as JsonObject | undefined)?.schemas as JsonObject | undefined),
    ...Object.fromEntries(added),
  };
  return { ...renamed, components: { ...(renamed.components as JsonObject | undefined), schemas } };
}

/**
 * A schema whose discriminator maps to pointers: a mapping may also hold names of schemas, and pointers into other files,
 * which are dropped. A branch that no tag maps to is chosen by the values that it allows for the tag.
 */
function withMapping(schema: JsonObject, document: JsonObject): JsonObject {
  const { discriminator } = schema;
  if (!isObject(discriminator)) return schema;
  const given = Object.entries(isObject(discriminator.mapping) ? discriminator.mapping : {});
  const mapped = given.flatMap(([tag, target]) => {
    const pointers = [String(target), `#/components/schemas/${String(target)}`];
    const pointer = pointers.find((one) => resolveReference(one, document) !== undefined);
    return pointer === undefined ? [] : [[tag, pointer] as const];
  });
  const branches = [schema.oneOf, schema.anyOf].flat().filter(isObject);
  const listed = branches.flatMap(({ $ref: pointer }) => {
    if (typeof pointer !== "string" || mapped.some(([, target]) => target === pointer)) return [];
    const tag = propertiesOf({ $ref: pointer }, document)[String(discriminator.propertyName)];
    const { values = [] } = allowedBy(tag, document);
    if (values.includes(pointer.split("/").at(-1))) return [];
    return values.flatMap((value) => (typeof value === "string" ? [[value, pointer] as const] : []));
  });
  const mapping = Object.fromEntries([...listed, ...mapped]);
  if (Object.keys(mapping).length === 0 && !isObject(discriminator.mapping)) return schema;
  return { ...schema, discriminator: { ...discriminator, mapping } };
}
