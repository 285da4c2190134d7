// Put in place of the globals in bundles that run on Node alone: Jest with jsdom takes them away, and packages look for
// them when they are loaded.
export { TextDecoder, TextEncoder } from "node:util";
