export { createImageJob } from "./job.js";
export { createPostgresStore } from "./postgres-store.js";
export { createProcessor } from "./processor.js";
export { createRedisStore } from "./redis-store.js";

export type { ImageJob, ImageJobOptions, JobInput, QueuedImageJob } from "./job.js";
export type { PostgresPool, PostgresStoreOptions } from "./postgres-store.js";
export type { ImageProcessor } from "./processor.js";
export type { ImageProgress, ImageQueue, ProcessorOptions, QueuedJob, QueueJob } from "./options.js";
export type { RedisConnection, RedisStoreOptions } from "./redis-store.js";
