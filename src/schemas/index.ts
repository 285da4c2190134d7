export { inputSchema } from "./input-schema.js";
export { models } from "./models.js";
export { toModelInput } from "./model-input.js";

export type { InputSchemaOptions } from "./input-schema.js";
export type { FileForm, JsonFile, JsonInput } from "./json-file.js";
export type { Advice, FieldDescription, ModelDescription } from "./models.js";
export type { ToModelInputOptions } from "./model-input.js";
export type {
  InputSchema,
  JsonSchemas,
  SchemaIssue,
  SchemaResult,
  SchemaTypes,
  StandardMembers,
} from "./standard.js";
