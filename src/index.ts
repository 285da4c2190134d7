export { createClient } from "./client.js";
export { downloadImage, readImage } from "./download.js";
export { createProxyHandler } from "./proxy.js";
export { detectImageType, imageSignatureLength } from "./image-type.js";
export {
  AuthenticationError,
  CallbackError,
  ConfigurationError,
  ConnectionError,
  DownloadError,
  InsufficientCreditsError,
  InvalidInputError,
  OutcomeUnknownError,
  RateLimitError,
  ServiceError,
  TaskFailedError,
  TensorsLabError,
  UnexpectedAnswerError,
  WaitTimeoutError,
} from "./errors.js";

export type { Api } from "./api.js";
export type { ApiKey, AuthScheme } from "./auth.js";
export type { CallOptions, GenerateOptions, WaitOptions } from "./call-options.js";
export type { DownloadFailure, ErrorDetails, InputIssue, Outcome } from "./errors.js";
export type { ConsumeImage, ImageInfo, ReadImageOptions } from "./download.js";
export type { ImageType } from "./image-type.js";
export type { FileInput, Model, ModelInput, Submission, Task, TaskStatus } from "./models.js";
export type { ClientOptions } from "./options.js";
export type { Client } from "./surface.js";
export type { ProxyHandler, ProxyOptions } from "./proxy.js";
export type { Fetch } from "./transport.js";
export type { components, operations, paths } from "../generated/schema.js";
