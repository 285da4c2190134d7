import { readAdvice } from "./advice.js";
import { propertiesOf, requiredOf } from "./form-parts.js";
import { listOperations, responseMedia } from "./operation.js";
import type { Operation } from "./operation.js";
import { printable } from "./printable.js";
import { followReference } from "./reference.js";
import { isObject } from "./source.js";
import type { Fail, JsonObject } from "./source.js";

/** The overlay's extensions: facts about the service beyond the document's own words. */
export interface Service {
  /** The operation of each model, by name. */
  models: Record<string, string>;
  /** The model that is used where none is named. */
  defaultModel: string | undefined;
  /** The operation that reads a task. */
  statusOperation: string | undefined;
  /** The wire names of the fields of responses, by role. */
  fields: Record<string, string>;
  /** The names of the values of those fields, by role and value. */
  enums: Record<string, Record<string, string>>;
  /** Advice about the fields of forms, by operation. */
  advice: Record<string, JsonObject[]>;
  /** Why an operation with a role is not used as one, a line each. */
  notes: string[];
}

/** Reads `x-role`, `x-response-fields`, `x-response-values`, `x-default-model` and `x-advice`. */
export function readService(document: JsonObject, fail: Fail): Service {
  const operations = listOperations(document);
  const fields = readTexts(document, "x-response-fields", fail);
  const notes: string[] = [];
  const models: Service["models"] = {};
  let statusOperation: string | undefined;
  for (const one of operations) {
    const { name, path, method, operation } = one;
    const at = ["paths", path, method];
    if (operation["x-role"] === "submit") {
      const lacks = findLackingField(one, fields, ["data", "taskid"], document);
      if (lacks !== undefined) {
        notes.push(printable(`${name} is not a model: its response has no field \`${lacks}\``));
        continue;
      }
      refuseParameters(one, document, fail);
      const model = path.split("/").at(-1) ?? path;
      if (!model || model.includes("{"))
        fail(at, `${name} makes images, but its path does not end in a model's name`);
      if (Object.hasOwn(models, model)) fail(at, `model ${model} is both ${models[model]} and ${name}`);
      models[model] = name;
    }
    if (operation["x-role"] === "status") {
      if (statusOperation !== undefined)
        fail(at, `x-role status is given to both ${statusOperation} and ${name}`);
      const lacks = findLackingField(one, fields, ["data", "status", "url"], document);
      if (lacks !== undefined) fail(at, `${name} reads tasks, but its response has no field \`${lacks}\``);
      refuseParameters(one, document, fail);
      statusOperation = name;
    }
  }
  const advice = operations.map((one) => [one.name, readAdvice(one, document, fail, notes)] as const);
  return {
    models,
    defaultModel: readDefaultModel(document, models, fail),
    statusOperation,
    fields,
    enums: readValues(document, fail),
    advice: Object.fromEntries(advice.filter(([, entries]) => entries.length > 0)),
    notes,
  };
}

/** The fields that a response of an operation must have beyond what its schema requires: a task cannot be followed without. */
export function demandedFields(operation: Operation, { fields }: Service): string[] {
  const role = operation.operation["x-role"];
  const roles = role === "submit" ? ["taskid"] : role === "status" ? ["taskid", "status"] : [];
  return roles.flatMap((name) => (Object.hasOwn(fields, name) ? [fields[name]!] : []));
}

/** The first field, by role, that a successful response does not have: `data`, or one within it. */
function findLackingField(
  operation: Operation,
  fields: Record<string, string>,
  roles: readonly string[],
  document: JsonObject,
): string | undefined {
  if (!Object.hasOwn(fields, "data")) return undefined;
  const envelope = propertiesOf(responseMedia(operation, document)?.schema, document);
  const data = propertiesOf(envelope[fields.data!], document);
  const known = { ...data, ...(Object.hasOwn(envelope, fields.data!) && { [fields.data!]: true }) };
  return roles
    .flatMap((role) => (Object.hasOwn(fields, role) ? [fields[role]!] : []))
    .find((name) => !Object.hasOwn(known, name));
}

/** A submit and the read of a task send a body and the key, nothing else. */
function refuseParameters(
  { name, path, method, operation, item }: Operation,
  document: JsonObject,
  fail: Fail,
): void {
  const parameters = [operation.parameters, item.parameters].flatMap((list) =>
    Array.isArray(list) ? (list as unknown[]) : [],
  );
  for (const given of parameters) {
    const parameter = followReference(given, document);
    if (parameter.required !== true) continue;
    fail(
      ["paths", path, method, "parameters"],
      `${name} needs the ${String(parameter.in)} parameter ${String(parameter.name)}, which the client does not send with ` +
        "its fields: remove the parameter, or the operation's x-role, by an action of the overlay",
    );
  }
}

function readDefaultModel(
  document: JsonObject,
  models: Record<string, string>,
  fail: Fail,
): string | undefined {
  const given = document["x-default-model"];
  const names = Object.keys(models);
  if (given === undefined) return names.length === 1 ? names[0] : undefined;
  if (typeof given !== "string" || !Object.hasOwn(models, given))
    fail(["x-default-model"], `x-default-model must be one of the models: ${names.join(", ")}`);
  return given as string;
}

/** A mapping of texts at the document's root; `{}` if there is none. */
function readTexts(document: JsonObject, key: string, fail: Fail): Record<string, string> {
  const value = document[key] ?? {};
  if (!isObject(value) || !Object.values(value).every((text) => typeof text === "string"))
    fail([key], `${key} must be a mapping of names`);
  return value as Record<string, string>;
}

function readValues(document: JsonObject, fail: Fail): Record<string, Record<string, string>> {
  const values = document["x-response-values"] ?? {};
  if (!isObject(values)) fail(["x-response-values"], "x-response-values must be a mapping of roles");
  return Object.fromEntries(
    Object.entries(values as JsonObject).map(([role, names]) => [
      role,
      readTexts({ [role]: names }, role, fail),
    ]),
  );
}

/** Reads the overlay's `x-field-roles` for a form's fields: role → wire name, for the fields that the form has. */
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

/** Whether a response's schema requires `data`, and fields of it. */
export function requiresFields(
  schema: unknown,
  dataField: string,
  names: readonly string[],
  document: JsonObject,
): boolean {
  const data = propertiesOf(schema, document)[dataField];
  const required = requiredOf(data, document);
  return requiredOf(schema, document).has(dataField) && names.every((name) => required.has(name));
}
