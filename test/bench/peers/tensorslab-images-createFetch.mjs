import { createFetch } from "tensorslab-images/node";
import { createPeer as createPlainPeer } from "./tensorslab-images.mjs";

export const createPeer = (baseUrl, apiKey) =>
  createPlainPeer(baseUrl, apiKey, { fetch: createFetch({ proxy: null }) });
