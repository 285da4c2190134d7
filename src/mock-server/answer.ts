import { named, numberOf } from "./document.js";

/** What is sent back when nothing interferes. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The service's result codes, by the names that the document gives them. */
export type ResultCode = "success" | "insufficientCredits" | "failure";

/** An answer in the service's general form. */
export function envelope(code: ResultCode, message: string, data?: object): Answer {
  const content = named({ code: numberOf("code", code), message, data });
  return {
    status: 200,
    headers: { "content-type": "application/json" },
    body: Buffer.from(JSON.stringify(content)),
  };
}

/** A refusal that the service states in its own form, at HTTP 200 unless told otherwise. */
export function refusal(message: string, status = 200, headers: Record<string, string> = {}): Answer {
  const answer = envelope("failure", message);
  return { ...answer, status, headers: { ...answer.headers, ...headers } };
}

/** An answer that is not of the service's form: from its gateway, or from where the images are. */
export function plainAnswer(status: number, text: string, headers: Record<string, string> = {}): Answer {
  return { status, headers: { "content-type": "text/plain", ...headers }, body: Buffer.from(text) };
}
