/**
 * The failure of one request.
 *
 * The kinds in the first group take the place of the response. Such a request is not carried out, unless `charged` is
 * set: then its task is created, charged and written to the ledger, and only the response is lost. The kinds in the second
 * group disturb the transfer of the regular response, so the request is always carried out, except with `reset-upload`.
 *
 * @example
 * // The gateway gives up on a submit that the service still carries out.
 * const failure: MockFailure = { kind: "response", status: 504, body: "<h1>Gateway Timeout</h1>", charged: true };
 * const server = await startMockServer({ fail: ({ role }) => (role === "submit" ? failure : undefined) });
 */
export type MockFailure = Replacement | Interference;

/** The failures that take the place of the response. */
type Replacement = (
  | {
      kind: "response";
      /** @default 200 */
      status?: number;
      /** Headers, sent as they are, also wrong ones. */
      headers?: Readonly<Record<string, string>>;
      /** @default nothing */
      body?: string | Uint8Array;
      /** Compress the body, and say so in `Content-Encoding`. */
      gzip?: boolean;
    }
  | {
      kind: "redirect";
      location: string;
      /** @default 307 */
      status?: number;
    }
  /** Meaningless bytes, without a stated length. */
  | {
      kind: "junk";
      /** Number of bytes that are sent. */
      bytes: number;
      /** @default 200 */
      status?: number;
      /** @default application/json */
      contentType?: string;
    }
  /** No response, ever, on a connection that stays open. */
  | { kind: "hang" }
  /** The connection is reset once the whole request was read. */
  | { kind: "reset" }
) & {
  /** Whether the request is carried out, and so charged, before it fails. @default false */
  charged?: boolean;
  /** Milliseconds before the failure happens. @default 0 */
  delayMs?: number;
};

/** The failures that disturb the transfer of a request, or of a response that is correct. */
type Interference =
  /** The connection is reset before the body was read; nothing is carried out. */
  | {
      kind: "reset-upload";
      /** Number of bytes of the body that are read first. @default 0, none */
      afterBytes?: number;
    }
  /** The response comes late. */
  | { kind: "delay"; delayMs: number }
  /** The response comes slowly. */
  | { kind: "drip"; bytesPerSecond: number }
  /** The connection is closed in the middle of the response, before the length that its head stated. */
  | {
      kind: "cut";
      /** Number of bytes of the body that are sent first. @default half of them */
      afterBytes?: number;
    }
  /** The response is complete and announces keep-alive, but the connection is closed after it. */
  | { kind: "close" }
  /** The response's body is replaced by another one, made of the regular one. */
  | { kind: "alter"; alter: (body: Buffer) => string | Uint8Array };

/** Whether a request that was read is carried out before it fails. */
export function isCarriedOut(failure: MockFailure | undefined): boolean {
  switch (failure?.kind) {
    case "response":
    case "redirect":
    case "junk":
    case "hang":
    case "reset":
      return failure.charged === true;
    default:
      return true;
  }
}
