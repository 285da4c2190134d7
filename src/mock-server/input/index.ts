export { describeIssue, readInput } from "./read-input.js";
export type { Issue } from "./read-input.js";
