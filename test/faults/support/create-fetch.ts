// Runs a file's tests on the other transport: a client looks `globalThis.fetch` up for each request.
import "./built-in-fetch.js"; // before it is replaced
import { createFetch } from "../../../src/node/index.js";

globalThis.fetch = createFetch({ proxy: null });
