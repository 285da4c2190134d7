export { createTensorsLab, tensorslab } from "./provider.js";

export type { ImageCallError } from "./errors.js";
export type { ImageModel } from "./image-model.js";
export type {
  ImageCallOptions,
  ImageCallResult,
  ImageFile,
  ImageMetadata,
  ImageWarning,
} from "./model-types.js";
export type { GenerationSettings, ProviderOptions } from "./provider-options.js";
export type { Provider, ProviderSettings } from "./provider.js";
