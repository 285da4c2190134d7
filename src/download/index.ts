export { downloadImage, readImage } from "./download.js";

export type { ConsumeImage, ImageInfo, ReadImageOptions, ResultClient } from "./download.js";
export type { ResultAccess } from "./result-request.js";
