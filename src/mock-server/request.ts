import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

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
 * It is in `requests` as soon as its head was read; the other fields are filled while its body is read.
 */
export interface MockRequest {
  /** Which of the two servers it came to: the API, or the one that has the images. */
  readonly server: "api" | "results";
  /** Its purpose; `other` covers preflights, unknown paths and wrong methods. */
  readonly role: "submit" | "status" | "result" | "other";
  /** The operation of the document, such as `POST /v1/images/seedreamv5`; undefined if there is none. */
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
  /** Number of bytes of the body that were read. */
  readonly bodyBytes: number;
  /** Warnings about input that is valid but was probably not meant, such as a size that the mock server cannot read. */
  readonly warnings: readonly string[];
}

/** A request while it is being read. */
export type OpenRequest = { -readonly [Key in keyof MockRequest]: MockRequest[Key] };

/** Receives the bytes of a body, chunk by chunk. */
export type TakeChunk = (chunk: Buffer) => void | Promise<void>;

/** The body of a request that is being received. */
export interface IncomingBody {
  readonly headers: IncomingHttpHeaders;
  /** Reads to the end, even if it is not needed: an earlier response would look like a broken connection. */
  read(take?: TakeChunk): Promise<void>;
  /** Reads until `count` bytes are there, or to the end; the rest stays unread. */
  readSome(count: number): Promise<void>;
}

/** Opens a body; `onChunk` is called with everything that is read of it. */
export function openBody(
  message: IncomingMessage,
  request: OpenRequest,
  onChunk: (chunk: Buffer) => void,
): IncomingBody {
  const note = (chunk: Buffer): void => {
    request.bodyBytes += chunk.length;
    onChunk(chunk);
  };
  return {
    headers: message.headers,
    async read(take) {
      for await (const chunk of message as AsyncIterable<Buffer>) {
        note(chunk);
        await take?.(chunk);
      }
    },
    async readSome(count) {
      if (count === 0) return;
      // Not `for await`: leaving that early would close the connection in its own way.
      await new Promise<void>((resolve, reject) => {
        message.on("data", (chunk: Buffer) => {
          note(chunk);
          if (request.bodyBytes >= count) resolve();
        });
        message.on("end", resolve);
        message.on("error", reject);
      });
      message.pause();
    },
  };
}
