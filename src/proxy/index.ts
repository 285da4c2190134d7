export { createProxyHandler } from "./proxy.js";

export type { ProxyHandler, ProxyOptions } from "./proxy.js";
