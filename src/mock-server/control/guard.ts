import type { IncomingMessage } from "node:http";

/**
 * Returns why a request to the page or its API is refused; undefined if it is allowed.
 *
 * A page of another site can make a browser send requests here, also under a name that it has pointed at this machine
 * (DNS rebinding). Browsers state the host and the origin of such a request in its headers.
 */
export function findForeignOrigin(message: IncomingMessage, names: ReadonlySet<string>): string | undefined {
  const { host = "", origin } = message.headers;
  const site = message.headers["sec-fetch-site"];
  const url =
    /^[\w.:[\]-]+$/.test(host) && URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
  if (!url || !names.has(url.hostname)) {
    return `the host ${JSON.stringify(host)} is not one of ${[...names].join(", ")}; --public-url allows another name`;
  }
  if (origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === url.host)) {
    return "requests from other origins are refused";
  }
  const isVisit = message.method === "GET" && message.headers["sec-fetch-mode"] === "navigate";
  if (site !== undefined && site !== "same-origin" && site !== "none" && !(isVisit && message.url === "/")) {
    return "requests from other sites are refused";
  }
  return undefined;
}

/** The names of this machine that the page may be reached by. */
export function allowedNames(host: string, publicUrl: URL | undefined): ReadonlySet<string> {
  const own = host === "0.0.0.0" || host === "::" ? [] : [host.includes(":") ? `[${host}]` : host];
  return new Set(["localhost", "127.0.0.1", "[::1]", ...own, ...(publicUrl ? [publicUrl.hostname] : [])]);
}
