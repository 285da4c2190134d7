import { allowedBy } from "./contradictions.js";
import { propertiesOf } from "./form-parts.js";
import { resolveReference } from "./reference.js";
import { isObject } from "./source.js";
import type { JsonObject } from "./source.js";
import { mapSchemas } from "./walk.js";

/**
 * A document whose schemas, and the mappings of whose discriminators, refer to `components.schemas` alone.
 *
 * Bundled documents refer to schemas wherever they stand first, such as in the body of another operation; types can only
 * be made of those that have a name.
 */
export function hoistReferences(document: JsonObject): JsonObject {
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

  const hoisted = mapSchemas(document, (original) => {
    const schema = withMapping(original, document);
    if (typeof schema.$ref !== "string" || !schema.$ref.split("/").slice(1).includes("schema")) return schema;
    return { ...schema, $ref: `#/components/schemas/${names.get(schema.$ref) ?? nameOf(schema.$ref)}` };
  });
  const added = [...names].map(([reference, name]) => [name, resolveReference(reference, hoisted)]);
  const schemas = {
    ...((hoisted.components as JsonObject | undefined)?.schemas as JsonObject | undefined),
    ...Object.fromEntries(added),
  };
  return { ...hoisted, components: { ...(hoisted.components as JsonObject | undefined), schemas } };
}

/**
 * A schema whose discriminator points at schemas of the document: a mapping may name a schema instead, and what it names
 * elsewhere cannot be followed. A branch that it leaves out is chosen by the values that the branch lists itself.
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
