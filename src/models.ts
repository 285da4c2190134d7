import type { enums, fields, models, operations, statusOperation } from "../generated/operations.js";
import type { paths } from "../generated/schema.js";

type Operations = typeof operations;
type OperationOf<Name extends keyof Operations> = paths[Operations[Name]["path"]][Lowercase<
  Operations[Name]["method"]
> &
  keyof paths[Operations[Name]["path"]]];

/** A success's `data`, by operation. */
type DataOf<Operation> = Operation extends {
  responses: { 200: { content: { "application/json": infer Envelope } } };
}
  ? (typeof fields)["data"] extends keyof Envelope
    ? Envelope[(typeof fields)["data"]]
    : never
  : never;

/** Bytes that a file field takes: a File or Blob, which is read while it is sent, or bytes in memory. */
export type FileInput = Blob | File | ArrayBuffer | ArrayBufferView;

/** Wherever the document says binary, bytes in any form will do. */
type WithFileInputs<Value> = Value extends Blob
  ? FileInput
  : Value extends readonly (infer Item)[]
    ? readonly WithFileInputs<Item>[]
    : Value;

/** The name of a model that the document knows, such as `seedreamv5`. */
export type Model = keyof typeof models;

/**
 * The fields of a model, named as on the wire and typed from the document; an undefined field is left out.
 *
 * @example
 * const input: ModelInput<"seedreamv5"> = { prompt: "a red fox in fresh snow", resolution: "16:9" };
 */
export type ModelInput<M extends Model> =
  OperationOf<(typeof models)[M]> extends { requestBody: { content: infer Content } }
    ? {
        [Field in keyof Content[keyof Content]]:
          WithFileInputs<Content[keyof Content][Field]> | Undefined<Content[keyof Content], Field>;
      }
    : never;

/** Undefined where the field is optional, also under exactOptionalPropertyTypes. */
type Undefined<Fields, Field extends keyof Fields> = object extends Pick<Fields, Field> ? undefined : never;

/** How far a task is; `unknown` is a number that the document does not name, kept in the task's `raw`. */
export type TaskStatus = (typeof enums.status)[keyof typeof enums.status] | "unknown";

/** A task as it was read. */
export interface Task {
  /** Names the task; keep it to go on tomorrow. */
  taskid: string;
  /** How far it is. */
  status: TaskStatus;
  /** Where the finished images are; empty until then. These URLs may expire. */
  urls: string[];
  /** Width of the images in pixels, if known. */
  width: number | undefined;
  /** Height of the images in pixels, if known. */
  height: number | undefined;
  /** The answer's `data`, with the service's names. */
  raw: DataOf<OperationOf<typeof statusOperation>> | DataOf<OperationOf<(typeof models)[Model]>>;
}

/** A submit that the service accepted. */
export interface Submission {
  /** Names the task; keep it. */
  taskid: string;
  /** Images that were finished at once; mostly empty. */
  urls: string[];
  /** The answer's `data`, with the service's names. */
  raw: DataOf<OperationOf<(typeof models)[Model]>>;
}
