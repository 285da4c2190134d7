/**
 * What goes wrong with one request.
 *
 * The kinds in the first group take the place of the answer. Such a request is not carried out, unless `charged` is set:
 * then its task is made, charged and written to the ledger, and only the answer is lost. The kinds in the second group
 * spoil the way of the regular answer, so the request is always carried out; only `reset-upload` ends it before.
 *
 * @example
 * // The gateway gives up on a submit that the service went on with.
 * const failure: MockFailure = { kind: "answer", status: 504, body: "<h1>Gateway Timeout</h1>", charged: true };
 * const server = await startMockServer({ fail: ({ role }) => (role === "submit" ? failure : undefined) });
 */
export type MockFailure = Replacement | Interference;

/** The failures that take the place of the answer. */
type Replacement = (
  | {
      kind: "answer";
      /** @default 200 */
      status?: number;
      /** Any headers, also untrue ones: what stands here is sent as it is. */
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
  /** Bytes that mean nothing, without a stated length. */
  | {
      kind: "junk";
      /** How many bytes are sent. */
      bytes: number;
      /** @default 200 */
      status?: number;
      /** @default application/json */
      contentType?: string;
    }
  /** No answer, ever, on a connection that stays open. */
  | { kind: "hang" }
  /** The connection is reset once the whole request was read. */
  | { kind: "reset" }
) & {
  /** Whether the request is carried out, and so charged, before it fails. @default false */
  charged?: boolean;
  /** How long the failure takes to come, in milliseconds. @default 0 */
  delayMs?: number;
};

/** The failures that spoil the way of a request that is cut short, or of an answer that is right. */
type Interference =
  /** The connection is reset before the body was read; nothing is carried out. */
  | {
      kind: "reset-upload";
      /** How many bytes of the body are read before; with 0 none, as soon as the head is there. @default 0 */
      afterBytes?: number;
    }
  /** The answer comes late. */
  | { kind: "delay"; delayMs: number }
  /** The answer comes slowly. */
  | { kind: "drip"; bytesPerSecond: number }
  /** The connection is closed in the middle of the answer, before the length that its head stated. */
  | {
      kind: "cut";
      /** How many bytes of the body are sent before. @default half of them */
      afterBytes?: number;
    }
  /** The answer is whole and promises to keep the connection, which is closed then. */
  | { kind: "close" }
  /** The answer's body is another one, made of the regular one. */
  | { kind: "alter"; alter: (body: Buffer) => string | Uint8Array };

/** Whether a request that was read is carried out before it fails. */
export function isCarriedOut(failure: MockFailure | undefined): boolean {
  switch (failure?.kind) {
    case "answer":
    case "redirect":
    case "junk":
    case "hang":
    case "reset":
      return failure.charged === true;
    default:
      return true;
  }
}
