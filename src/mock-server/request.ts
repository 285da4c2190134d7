/** One file that a request carried. */
export interface MockFile {
  /** The name of its part. */
  readonly field: string;
  /** The file name as it was sent. */
  readonly filename: string;
  /** The part's own `Content-Type`; undefined if it had none. */
  readonly contentType: string | undefined;
  /** Size in bytes. */
  readonly size: number;
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly sha256: string;
}

/**
 * One request that arrived at the mock server.
 *
 * It stands in `requests` as soon as its head was read; `fields`, `files` and `bodyBytes` are filled while the body is.
 */
export interface MockRequest {
  /** Which of the two servers it came to: the API, or the one that has the images. */
  readonly server: "api" | "results";
  /** What it is for; `other` covers preflights, unknown paths and wrong methods. */
  readonly role: "submit" | "status" | "result" | "other";
  /** The operation of the document, such as `POST /v1/images/seedreamv5`; undefined if it is none. */
  readonly operation: string | undefined;
  /** Its place among all requests, from 1. */
  readonly ordinal: number;
  /** Its place among the requests with the same `role`, from 1. */
  readonly ordinalOfRole: number;
  /** The HTTP method, in capitals. */
  readonly method: string;
  /** The request target as it was sent, with its query. */
  readonly path: string;
  /** The headers by lower-case name, the key included. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The text fields of the body, converted to the types that the document gives them. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The files of the body, in the order they were sent. */
  readonly files: readonly MockFile[];
  /** How many bytes of the body were read. */
  readonly bodyBytes: number;
}

/** A request while it is being read. */
export type OpenRequest = { -readonly [Key in keyof MockRequest]: MockRequest[Key] };
