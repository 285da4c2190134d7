import { createPeer as createPlainPeer } from "./built-in-fetch.mjs";

export const createPeer = (baseUrl, apiKey) => createPlainPeer(baseUrl, apiKey, { timeoutMs: 30_000 });
