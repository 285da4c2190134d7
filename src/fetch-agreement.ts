// What a client and a fetch of `createFetch` say to each other, in fields of a request and of an error that no other fetch
// knows.

/**
 * The field of a request's `init` that asks a fetch to connect to public addresses alone.
 *
 * A look-up of our own would prove nothing, since the next one may give another address.
 */
export const publicAddressesOnly: unique symbol = /* @__PURE__ */ Symbol.for(
  "tensorslab-images.publicAddressesOnly",
) as never;

/** The code of an error of a fetch that was asked for public addresses and found none. */
export const privateAddressCode = "ERR_PRIVATE_ADDRESS";

/**
 * The field of an error that says that a request was given to no connection; its value is the request's content type, whose
 * boundary no other request has.
 */
export const neverSent: unique symbol = /* @__PURE__ */ Symbol.for("tensorslab-images.neverSent") as never;

/**
 * The field of a fetch that says with {@link neverSent} of every request whether it was given to a connection; its value is
 * that fetch itself, so that a function around it that takes over its fields says nothing.
 */
export const tellsNeverSent: unique symbol = /* @__PURE__ */ Symbol.for(
  "tensorslab-images.tellsNeverSent",
) as never;

/**
 * The method of a body by which a fetch that keeps no piece has it read into memory that is used again.
 *
 * A stream cannot offer this: who reads one may keep what it gives.
 */
export const openPieces: unique symbol = /* @__PURE__ */ Symbol.for("tensorslab-images.openPieces") as never;

/** Reads a body piece by piece. */
export interface Pieces {
  /**
   * Reads the next piece, into `spare` if it is there and the body can do so; undefined at the end. After an error there is
   * nothing left to close.
   */
  read(spare?: Uint8Array): Promise<Uint8Array | undefined>;
  cancel(): Promise<void>;
}
