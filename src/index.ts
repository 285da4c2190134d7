export { createClient } from "./client.js";
export { downloadImage, readImage } from "./download/index.js";
export { detectImageType, imageSignatureLength } from "./image-type.js";
export { checkInput } from "./reliability/advice.js";
export { createProxyHandler } from "./proxy/index.js";
export {
  advanceGeneration,
  checkGeneration,
  createImageLimit,
  createMemoryStore,
  generateOnce,
  ImageLimitError,
  readRecord,
  recordStates,
  RecordBusyError,
  RecordConflictError,
  RecordError,
  resumeGeneration,
} from "./records/index.js";
export { escapeText } from "./reliability/plain-text.js";
export { isSafeToResubmit } from "./reliability/retry.js";
export {
  AuthenticationError,
  CallbackError,
  ConfigurationError,
  ConnectionError,
  DownloadError,
  InsufficientCreditsError,
  InvalidInputError,
  isTensorsLabError,
  OutcomeUnknownError,
  RateLimitError,
  ServiceError,
  TaskFailedError,
  TensorsLabError,
  UnexpectedResponseError,
  WaitTimeoutError,
} from "./errors.js";

export type {
  Api,
  ApiKey,
  AuthScheme,
  ClientMethod,
  ClientRequestMethod,
  Fetch,
  FetchResponse,
  Middleware,
} from "./api/index.js";
export type { Client } from "./client.js";
export type {
  ConsumeImage,
  ImageInfo,
  ReadImageOptions,
  ResultAccess,
  ResultClient,
} from "./download/index.js";
export type { DownloadFailure, ErrorCode, ErrorDetails, InputIssue, Outcome } from "./errors.js";
export type { ImageType } from "./image-type.js";
export type { InputWarning, OnWarning } from "./reliability/advice.js";
export type { EscapeOptions } from "./reliability/plain-text.js";
export type { Instrumentation, InstrumentedOperation } from "./reliability/instrument.js";
export type { CallOptions, ClientOptions, GenerateOptions, WaitOptions } from "./options.js";
export type { ProxyHandler, ProxyOptions } from "./proxy/index.js";
export type {
  Advance,
  AdvanceOptions,
  CountDay,
  GenerateOnceOptions,
  GenerationRecord,
  ImageLimit,
  MaxImages,
  MemoryStoreOptions,
  RecordDifference,
  RecordOptions,
  RecordState,
  RecordStore,
  ResumeOptions,
} from "./records/index.js";
export type { FileInput, Model, ModelInput, Submission, Task, TaskReference, TaskStatus } from "./types.js";
export type { components, operations, paths } from "../generated/schema.js";
