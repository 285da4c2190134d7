// The parts of a request that only servers need. Bundlers for browsers take `in-browsers.ts` in its place.
export { createWatch } from "./evidence.js";
export { createPlainController } from "./plain-controller.js";
export { streamPieces } from "./stream-pieces.js";
