import type { GenerationRecord } from "../../index.js";

/** Whether the submit of a record proved to have cost nothing. */
export const isUnpaid = ({ state }: GenerationRecord): boolean =>
  state === "not-sent" || state === "rejected";

/** Whether the outcome of a record's submit is unknown, or will be if no process is submitting it now. */
export const isUnknown = ({ state }: GenerationRecord): boolean => state === "intent" || state === "unknown";
