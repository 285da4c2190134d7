import { propertiesOf } from "./form-parts.js";
import type { Operation } from "./operation.js";
import { followReference } from "./reference.js";
import { isObject } from "./source.js";
import type { Fail, JsonObject, Path } from "./source.js";

/** What the overlay's `x-role` says of operations: the model of each submit, and the operation that reads a task. */
export function readOperationRoles(
  operations: readonly Operation[],
  fail: Fail,
): { models: Record<string, string>; statusOperation: string | undefined } {
  const models: Record<string, string> = {};
  let statusOperation: string | undefined;
  for (const { name, path, method, operation } of operations) {
    const role = operation["x-role"];
    if (role === "submit") {
      const model = path.split("/").at(-1) ?? path;
      if (!model || model.includes("{"))
        fail(["paths", path, method], `${name} makes images, but its path ends in no model's name`);
      if (Object.hasOwn(models, model))
        fail(["paths", path, method], `model ${model} is both ${models[model]} and ${name}`);
      models[model] = name;
    }
    if (role === "status") {
      if (statusOperation)
        fail(["paths", path, method], `x-role status is given to both ${statusOperation} and ${name}`);
      statusOperation = name;
    }
  }
  return { models, statusOperation };
}

/** What the overlay's `x-field-roles` says of a form's fields: role → wire name, for the fields that the form has. */
export function readFormRoles(schema: unknown, document: JsonObject): Record<string, string> | undefined {
  const roles = followReference(schema, document)["x-field-roles"];
  if (!isObject(roles)) return undefined;
  const known = propertiesOf(schema, document);
  return Object.fromEntries(
    Object.entries(roles).flatMap(([role, name]) =>
      typeof name === "string" && Object.hasOwn(known, name) ? [[role, name]] : [],
    ),
  );
}

/** The defaults of those fields: role → what a field that is left out stands for. */
export function readFormDefaults(schema: unknown, document: JsonObject): JsonObject | undefined {
  const known = propertiesOf(schema, document);
  const roles = Object.entries(readFormRoles(schema, document) ?? {});
  const defaults = roles.flatMap(([role, name]) => {
    const { default: value } = followReference(known[name], document);
    return value === undefined ? [] : [[role, value] as const];
  });
  return defaults.length > 0 ? Object.fromEntries(defaults) : undefined;
}

/** What the overlay's `x-role` says of the fields of answers, and the names beside the numbers of those fields. */
export function readAnswerRoles(
  document: JsonObject,
  fail: Fail,
): { fields: Record<string, string>; enums: Record<string, Record<string, string>> } {
  const fields: Record<string, string> = {};
  const enums: Record<string, Record<string, string>> = {};
  function visit(node: unknown, path: Path): void {
    if (Array.isArray(node)) return node.forEach((item, index) => visit(item, [...path, index]));
    if (!isObject(node)) return;
    for (const [name, schema] of Object.entries(isObject(node.properties) ? node.properties : {})) {
      const role = isObject(schema) ? schema["x-role"] : undefined;
      if (typeof role !== "string") continue;
      if (Object.hasOwn(fields, role) && fields[role] !== name) {
        fail(
          [...path, "properties", name, "x-role"],
          `x-role ${role} is given to both ${fields[role]} and ${name}`,
        );
      }
      fields[role] = name;
      const names = enumNames(schema, (reason) => fail([...path, "properties", name], reason));
      if (names) enums[role] = names;
    }
    for (const [key, value] of Object.entries(node)) visit(value, [...path, key]);
  }
  visit(document.components, ["components"]);
  visit(document.paths, ["paths"]);
  return { fields, enums };
}

function enumNames(schema: unknown, fail: (reason: string) => never): Record<string, string> | undefined {
  if (!isObject(schema)) return undefined;
  const { enum: values, "x-enum-varnames": names, anyOf } = schema;
  if (Array.isArray(values) && Array.isArray(names)) {
    if (values.length !== names.length)
      fail(`has ${values.length} numbers, but ${names.length} x-enum-varnames`);
    return Object.fromEntries(values.map((value, index) => [String(value), String(names[index])]));
  }
  return Array.isArray(anyOf) ? anyOf.map((part) => enumNames(part, fail)).find(Boolean) : undefined;
}
