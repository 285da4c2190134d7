export { fileFromPath } from "./file-from-path.js";
export { saveImages } from "./save-images.js";

export type { FileFromPathOptions } from "./file-from-path.js";
export type { SaveImagesOptions, SaveProgress } from "./save-images.js";
