export { createApi } from "./create-api.js";

export type { ApiKey, AuthScheme } from "./authentication.js";
export type { Api, ClientMethod, ClientRequestMethod, FetchResponse, Middleware } from "./create-api.js";
export type { Fetch } from "./exchange.js";
export type { ApiOptions } from "./options.js";
export type { components, operations, paths } from "../../generated/schema.js";
