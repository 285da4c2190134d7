import { ConfigurationError } from "../index.js";

/** A proxy, with its credentials apart from its URL, so that no error can show them. */
export interface Proxy {
  uri: string;
  /** Value of the header Proxy-Authorization. */
  token?: string;
}

/** Finds the proxy for a URL by the variables that most programs read; undefined for a direct connection. */
export function findProxy(url: URL, environment: NodeJS.ProcessEnv): Proxy | undefined {
  const read = (name: string) => environment[name] || environment[name.toUpperCase()];
  const name = url.protocol === "https:" ? "https_proxy" : "http_proxy";
  const proxy = read(name);
  if (!proxy || isExempt(url, read("no_proxy") ?? "")) return undefined;
  return parseProxy(proxy.includes("://") ? proxy : `http://${proxy}`, name.toUpperCase());
}

/** Splits a proxy's URL. It is never quoted, because it may hold a password. */
export function parseProxy(proxy: string | URL, name: string): Proxy {
  const url = URL.canParse(String(proxy)) ? new URL(proxy) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new ConfigurationError(`${name} must be the URL of an http or https proxy`);
  }
  const { username, password, origin: uri } = url;
  if (!username && !password) return { uri };
  const credentials = [username, password].map(decodeURIComponent).join(":");
  return { uri, token: `Basic ${Buffer.from(credentials).toString("base64")}` };
}

/** Whether NO_PROXY names a URL's host: itself, a domain above it, either with a port, or `*` for all. */
function isExempt({ hostname, port, protocol }: URL, list: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  const ownPort = port || (protocol === "https:" ? "443" : "80");
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === "*") return true;
    const [, name = "", onlyPort] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    const domain = (/:.*:/.test(entry) && !entry.startsWith("[") ? entry.toLowerCase() : name).replace(
      /^\*?\./,
      "",
    );
    if (domain === "" || (onlyPort !== undefined && domain === name && onlyPort !== ownPort)) return false;
    return host === domain || host.endsWith(`.${domain}`);
  });
}
