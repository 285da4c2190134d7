// The interfaces of https://standardschema.dev, as far as a schema of an input has them.

/** A fault of an input, as Standard Schema has it. */
export interface SchemaIssue {
  /** The fault, to be read after the path. */
  readonly message: string;
  /** The steps to it, such as `["sourceImage", 0]`; empty for the input as a whole. */
  readonly path: readonly (string | number)[];
}

/** The result of a validation, as Standard Schema has it: without `issues`, the value is valid. */
export type SchemaResult<Output> =
  | {
      /** The input, unchanged. */
      readonly value: Output;
      /** Absent: there is no fault. */
      readonly issues?: undefined;
    }
  | {
      /** Every fault. */
      readonly issues: readonly SchemaIssue[];
    };

/** A {@link https://standardschema.dev Standard Schema} of a model's input, which also gives its JSON Schema. */
export interface InputSchema<Input> {
  /** The members that the standard names. */
  readonly "~standard": StandardMembers<Input>;
}

/** The members of a Standard Schema. */
export interface StandardMembers<Input> {
  /** The version of the standard. */
  readonly version: 1;
  /** The name of this package. */
  readonly vendor: "tensorslab-images";
  /** For the compiler alone: the type of what is valid. */
  readonly types?: SchemaTypes<Input> | undefined;
  /** Validates an input by the document's own rules, and changes nothing of it. */
  readonly validate: (value: unknown) => SchemaResult<Input>;
  /** Creates the JSON Schema, which is the same for input and output. */
  readonly jsonSchema: JsonSchemas;
}

/** The types of a schema. */
export interface SchemaTypes<Input> {
  /** Type of a valid input. */
  readonly input: Input;
  /** Type of the value that a validation returns: the same. */
  readonly output: Input;
}

/** For the targets `draft-2020-12` and `draft-07`, a new JSON Schema each time; a TypeError for any other target. */
export interface JsonSchemas {
  /** The JSON Schema of what is validated. */
  readonly input: (options: { readonly target: string }) => Record<string, unknown>;
  /** The JSON Schema of what a validation returns. */
  readonly output: (options: { readonly target: string }) => Record<string, unknown>;
}
