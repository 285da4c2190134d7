export { createRecording } from "./record.js";
export { createReplay } from "./replay.js";
