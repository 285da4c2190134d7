import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";

/** Headers of every response: no framing, sniffing, caching or access by other sites; content from a client never runs. */
export const securityHeaders: readonly (readonly [string, string])[] = [
  ["content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"],
  ["cross-origin-resource-policy", "same-origin"],
  ["cross-origin-opener-policy", "same-origin"],
  ["referrer-policy", "no-referrer"],
  ["x-content-type-options", "nosniff"],
  ["x-frame-options", "DENY"],
  ["cache-control", "no-store"],
];

/** The page, ready to be sent. */
export interface PackedPage {
  readonly html: Buffer;
  readonly gzipped: Buffer;
  readonly policy: string;
}

/** Allows the page its own script and style, by their hashes, and nothing else. */
export function packPage(html: string): PackedPage {
  const hashes = (tag: string): string =>
    [...html.matchAll(new RegExp(`<${tag}[^>]*>([^]*?)</${tag}>`, "g"))]
      .map(([, content = ""]) => `'sha256-${createHash("sha256").update(content).digest("base64")}'`)
      .join(" ");
  const policy = [
    "default-src 'none'",
    `script-src ${hashes("script")}`,
    `style-src ${hashes("style")}`,
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  return { html: Buffer.from(html), gzipped: gzipSync(html, { level: 9 }), policy };
}

/** Sends the page. */
export function sendPage(message: IncomingMessage, response: ServerResponse, page: PackedPage): void {
  const isGzipped = /\bgzip\b/.test(String(message.headers["accept-encoding"]));
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": page.policy,
    ...(isGzipped ? { "content-encoding": "gzip" } : {}),
  });
  response.end(isGzipped ? page.gzipped : page.html);
}
