import type { enums, fields, models, operations, statusOperation } from "../generated/operations.js";
import type { paths } from "../generated/schema.js";

type Operations = typeof operations;

/** An operation of the document, by its method and path. */
export type OperationName = keyof Operations;

/** The operation that submits to a model. */
export type SubmitOperation<M extends Model = Model> = (typeof models)[M];

/** The operation that reads a task. */
export type StatusOperation = typeof statusOperation;

type OperationOf<Name extends OperationName> = paths[Operations[Name]["path"]][Lowercase<
  Operations[Name]["method"]
> &
  keyof paths[Operations[Name]["path"]]];

/** The `data` of a successful response, with the service's names. */
export type ResponseData<Name extends OperationName> = DataOf<OperationOf<Name>>;

type DataOf<Operation> =
  EnvelopeOf<Operation> extends infer Envelope
    ? (typeof fields)["data"] extends keyof Envelope
      ? NonNullable<Envelope[(typeof fields)["data"]]>
      : never
    : never;

type EnvelopeOf<Operation> = Operation extends {
  responses: { 200: { content: { "application/json": infer Envelope } } };
}
  ? Envelope
  : never;

/** A response's own fields that submits and reads of tasks both have: one that is renamed no longer compiles. */
export type EnvelopeField = keyof EnvelopeOf<OperationOf<SubmitOperation>> &
  keyof EnvelopeOf<OperationOf<StatusOperation>>;

/** The fields of an operation's request body, with the service's names. */
export type RequestFields<Name extends OperationName> = FieldsOf<BodyOf<Name>>;

/** The body of the media type that is sent; a document may offer others beside it. */
type BodyOf<Name extends OperationName> =
  OperationOf<Name> extends { requestBody?: { content: infer Content } }
    ? Operations[Name] extends { mediaType: infer MediaType }
      ? Content[MediaType & keyof Content]
      : never
    : never;

/** The fields of each alternative of a body: such a mapped type is made of each part of a union. */
type FieldsOf<Body> = [Body] extends [never]
  ? object
  : { [Field in keyof Body]: WithFileInputs<Body[Field]> | Undefined<Body, Field> };

/** Bytes for a file field: a File or Blob, which is read while it is sent, or bytes in memory. */
export type FileInput = Blob | File | ArrayBuffer | ArrayBufferView;

/** Wherever the document says binary, bytes in any form are accepted. */
type WithFileInputs<Value> = Value extends Blob
  ? FileInput
  : Value extends readonly (infer Item)[]
    ? readonly WithFileInputs<Item>[]
    : Value;

/** Undefined where the field is optional, also under exactOptionalPropertyTypes. */
type Undefined<Fields, Field extends keyof Fields> = object extends Pick<Fields, Field> ? undefined : never;

/** The name of a model in the document, such as `seedreamv5`. */
export type Model = keyof typeof models;

/**
 * The fields of a model, with the service's names and typed from the document; an undefined field is left out.
 *
 * @example
 * const input: ModelInput<"seedreamv5"> = { prompt: "a red fox in fresh snow", resolution: "16:9" };
 */
export type ModelInput<M extends Model> = RequestFields<SubmitOperation<M>>;

/** The status of a task; `unknown` is a number that the document does not name, kept in the task's `raw`. */
export type TaskStatus = (typeof enums.status)[keyof typeof enums.status] | "unknown";

/** A task as it was read. */
export interface Task {
  /** Identifies the task; keep it to resume tomorrow. */
  taskid: string;
  /** Its progress. */
  status: TaskStatus;
  /** URLs of the finished images; empty until then. They may expire. */
  urls: string[];
  /** Number of images that were asked for, if this is known: fewer URLs mean missing images. */
  requested: number | undefined;
  /** Width of the images in pixels, if known. */
  width: number | undefined;
  /** Height of the images in pixels, if known. */
  height: number | undefined;
  /** The response's `data`, with the service's names. */
  raw: ResponseData<StatusOperation> | ResponseData<SubmitOperation>;
}

/** A task's id, or whatever has one: a {@link Submission}, a {@link Task}. */
export type TaskReference =
  | string
  | {
      /** Identifies the task. */
      readonly taskid: string;
      /** Number of images that were asked for, if known. */
      readonly requested?: number | undefined;
    };

/** A submit that the service accepted. */
export interface Submission {
  /** Identifies the task; keep it. */
  taskid: string;
  /** URLs of images that were finished at once; mostly empty. */
  urls: string[];
  /** Number of images that were asked for. */
  requested: number;
  /** The response's `data`, with the service's names. */
  raw: ResponseData<SubmitOperation>;
}
