export { ImageLimitError, RecordBusyError, RecordConflictError, RecordError } from "./errors.js";
export { advanceGeneration, checkGeneration, generateOnce, resumeGeneration } from "./generate-once.js";
export { createImageLimit } from "./image-limit.js";
export { createMemoryStore } from "./memory-store.js";
export { readRecord, recordStates } from "./record.js";

export type { RecordDifference } from "./errors.js";
export type { Advance } from "./generate-once.js";
export type { CountDay, ImageLimit, MaxImages } from "./image-limit.js";
export type { MemoryStoreOptions } from "./memory-store.js";
export type { AdvanceOptions, GenerateOnceOptions, RecordOptions, ResumeOptions } from "./options.js";
export type { GenerationRecord, RecordState } from "./record.js";
export type { RecordStore } from "./store.js";
