// The fetch that a program's client is given: `createFetch`, or none, so that it is the runtime's own.
import { createFetch } from "../../../../src/node/index.js";

export const fetch =
  process.env.TRANSPORT === "createFetch"
    ? createFetch({ proxy: null, loadUndici: () => import("undici") })
    : undefined;
