import type { ServerResponse } from "node:http";
import { fields, keyHeader, named, numberOf } from "./document.js";

/** A response as it is sent if no failure affects it. */
export interface PlannedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The service's result codes, by the names that the document gives them. */
export type ResultCode = "success" | "insufficientCredits" | "failure";

/** A response in the service's general form. */
export function envelope(code: ResultCode, message: string, data?: object): PlannedResponse {
  const content = named({ code: numberOf("code", code), message, data });
  return {
    status: 200,
    headers: { "content-type": "application/json" },
    body: Buffer.from(JSON.stringify(content)),
  };
}

/** A refusal in the service's own form, at HTTP 200 unless another status is given. */
export function refusal(
  message: string,
  status = 200,
  headers: Record<string, string> = {},
): PlannedResponse {
  const response = envelope("failure", message);
  return { ...response, status, headers: { ...response.headers, ...headers } };
}

/** A response that is not in the service's form: from its gateway, or from the host of the images. */
export function plainResponse(
  status: number,
  text: string,
  headers: Record<string, string> = {},
): PlannedResponse {
  return { status, headers: { "content-type": "text/plain", ...headers }, body: Buffer.from(text) };
}

/** Whether a response says, in the service's general form, that it succeeded. */
export function isSuccessful({ status, body }: PlannedResponse): boolean {
  try {
    const value = JSON.parse(body.toString("utf8")) as Record<string, unknown> | null;
    return status === 200 && value?.[fields.code ?? ""] === numberOf("code", "success");
  } catch {
    return false;
  }
}

/** Lets pages of any origin read a response, successful or not. */
export function allowAnyOrigin(response: ServerResponse): void {
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-expose-headers", "*");
}

/** The response that a browser asks for before it sends a request with a key or a JSON body. */
export function preflightResponse(methods: readonly string[]): PlannedResponse {
  return {
    status: 204,
    headers: {
      "access-control-allow-methods": [...new Set(methods)].join(", "),
      "access-control-allow-headers": [keyHeader, "content-type"].filter(Boolean).join(", "),
    },
    body: Buffer.alloc(0),
  };
}
