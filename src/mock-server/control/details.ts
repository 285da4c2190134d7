import { describeIssue } from "../input/index.js";
import type { Issue } from "../input/index.js";
import type { Exchange, Excerpt } from "./history.js";
import { detectPicture, splitParts } from "./parts.js";
import type { Redaction } from "./redaction.js";
import { findRule } from "./rules.js";
import type { DocumentRules, Rule } from "./rules.js";
import { writeSnippets } from "./snippets.js";
import { viewRequest } from "./views.js";
import type { RequestView } from "./views.js";
import { withoutUndefined } from "./without-undefined.js";

/** One request with everything that is known of it. */
export interface RequestDetails extends RequestView {
  headers: [string, string][];
  fields: Record<string, unknown>;
  parts: PartView[];
  body: { total: number; kept: number };
  problems: (Issue & { text: string; rule?: Rule })[];
  warningTexts: string[];
  failureDetails?: object;
  response: { status: number; headers: [string, string][]; total: number; kept: number; text?: string };
  curl: string;
  typescript?: string;
}

/** One part of a form. */
export interface PartView {
  name: string;
  filename?: string;
  contentType?: string;
  size: number;
  sha256: string;
  /** The media type, if the part is a picture. */
  picture?: string;
  /** The text of a part without a file name. */
  text?: string;
  isWhole: boolean;
}

const maxTextLength = 20_000;

/** The bytes that were kept, without the key. */
export function readBody({ body }: Exchange, redaction: Redaction): Buffer {
  return redaction.bytes(Buffer.concat(body.chunks));
}

/** The parts of a request's form, without the key. */
export const readParts = (exchange: Exchange, redaction: Redaction) =>
  splitParts(String(exchange.request.headers["content-type"] ?? ""), readBody(exchange, redaction));

/** One request, opened. */
export function viewDetails(
  exchange: Exchange,
  urls: { api: string; results: string },
  redaction: Redaction,
  rules: DocumentRules,
): RequestDetails {
  const { request, response, failure } = exchange;
  const baseUrl = request.server === "api" ? urls.api : urls.results;
  const parts = readParts(exchange, redaction).map(({ content, ...part }) => {
    const picture = part.filename === undefined ? undefined : detectPicture(content);
    const text = part.filename === undefined ? content.toString("utf8", 0, maxTextLength) : undefined;
    return withoutUndefined({ ...part, picture, text });
  });
  return withoutUndefined({
    ...viewRequest(exchange, redaction),
    headers: pairsOf(exchange.rawHeaders).map(([name, value]): [string, string] => [
      name,
      redaction.header(name, value),
    ]),
    fields: JSON.parse(redaction.text(JSON.stringify(request.fields))) as Record<string, unknown>,
    parts,
    body: { total: exchange.body.total, kept: exchange.body.kept },
    problems: exchange.issues.map((issue) =>
      withoutUndefined({
        ...issue,
        text: describeIssue(issue),
        rule: findRule(rules, request.operation, issue),
      }),
    ),
    warningTexts: [...request.warnings],
    failureDetails: failure && describeFailure(failure),
    response: withoutUndefined({
      status: response.status,
      headers: response.headers.map(([name, value]): [string, string] => [
        name,
        redaction.header(name, value),
      ]),
      total: response.total,
      kept: response.kept,
      text: textOf(response, redaction.text),
    }),
    ...writeSnippets(request, baseUrl, redaction.text),
  });
}

const pairsOf = (flat: readonly string[]): [string, string][] =>
  Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index] ?? "", flat[2 * index + 1] ?? ""]);

/** A failure as JSON, without functions and bytes. */
function describeFailure(failure: object): object {
  const shown = Object.entries(failure).filter(([, value]) => typeof value !== "function");
  return Object.fromEntries(
    shown.map(([name, value]) => [name, ArrayBuffer.isView(value) ? "(bytes)" : (value as unknown)]),
  );
}

/** The text of a response that is text. */
function textOf(response: Excerpt & Pick<Exchange["response"], "headers">, redact: (text: string) => string) {
  const type = response.headers.find(([name]) => name === "content-type")?.[1] ?? "";
  const isCoded = response.headers.some(([name]) => name === "content-encoding");
  if (isCoded || !/^(text\/|application\/json)/.test(type)) return undefined;
  return redact(Buffer.concat(response.chunks).toString("utf8", 0, maxTextLength));
}
