export { mockMarkers } from "./markers.js";
export { startMockServer } from "./server.js";

export type { MockFailure } from "./failure.js";
export type { MockMarker } from "./markers.js";
export type { MockServerOptions } from "./options.js";
export type { MockFile, MockRequest } from "./request.js";
export type { MockServer } from "./server.js";
export type { MockCharge } from "./tasks.js";
