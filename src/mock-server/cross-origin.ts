import type { ServerResponse } from "node:http";
import type { Answer } from "./answer.js";
import { keyHeader } from "./authentication.js";

/** Lets pages of any origin read an answer, whatever becomes of it. */
export function allowAnyOrigin(response: ServerResponse): void {
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-expose-headers", "*");
}

/** What a browser asks for before it sends a request with a key or a JSON body. */
export function preflightAnswer(methods: readonly string[]): Answer {
  return {
    status: 204,
    headers: {
      "access-control-allow-methods": [...new Set(methods)].join(", "),
      "access-control-allow-headers": [keyHeader, "content-type"].filter(Boolean).join(", "),
    },
    body: Buffer.alloc(0),
  };
}
