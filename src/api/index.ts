export { createApi } from "./create-api.js";

export type { ApiKey, AuthScheme } from "./authentication.js";
export type { Api } from "./create-api.js";
export type { Fetch } from "./exchange.js";
export type { ApiOptions } from "./options.js";
