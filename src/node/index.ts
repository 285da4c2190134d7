export { createFetch } from "./create-fetch.js";
export { fileFromPath } from "./file-from-path.js";
export { createFolderStore } from "./folder-store.js";
export { saveImages } from "./save-images.js";
export { toNodeHandler } from "./to-node-handler.js";

export type { CreateFetchOptions, NodeFetch } from "./create-fetch.js";
export type { FileFromPath, FileFromPathOptions } from "./file-from-path.js";
export type { FolderStore, FolderStoreOptions } from "./folder-store.js";
export type { SavableTask, SaveImagesOptions, SaveProgress } from "./save-images.js";
export type { NodeHandler, NodeHandlerOptions } from "./to-node-handler.js";
