export { createOpenTelemetryInstrumentation } from "./instrumentation.js";

export type { OpenTelemetryOptions } from "./instrumentation.js";
