/** An update that cannot be made: why, and what to do. */
export class UpdateError extends Error {
  override name = "UpdateError";
}
