import { ConfigurationError } from "../index.js";

/** A proxy, with its credentials apart from its URL, so that no error can show them. */
export interface Proxy {
  uri: string;
  /** Value of the header Proxy-Authorization. */
  token?: string;
}

/** Finds the proxy for a URL by the variables that most programs read; undefined for a direct connection. */
export function findProxy(url: URL, environment: NodeJS.ProcessEnv): Proxy | undefined {
  // In a CGI program HTTP_PROXY is a header of the request, so a visitor's.
  const isForeign = (name: string) => name === "http_proxy" && environment.REQUEST_METHOD !== undefined;
  const read = (name: string) =>
    environment[name] || (isForeign(name) ? undefined : environment[name.toUpperCase()]);
  const name = url.protocol === "https:" ? "https_proxy" : "http_proxy";
  const proxy = read(name);
  if (!proxy || isExempt(url, read("no_proxy") ?? "")) return undefined;
  return parseProxy(proxy.includes("://") ? proxy : `http://${proxy}`, name.toUpperCase());
}

/** Splits a proxy's URL. It is never quoted, because it may hold a password. */
export function parseProxy(proxy: string | URL, name: string): Proxy {
  const url = URL.canParse(String(proxy)) ? new URL(proxy) : undefined;
  const isHttp = url?.protocol === "http:" || url?.protocol === "https:";
  // The rest of a user name such as `COMPANY\name` would be a path, and its beginning the host.
  if (!isHttp || (url.pathname + url.search + url.hash).includes("@")) {
    const help = /^https?:.*@/is.test(String(proxy))
      ? "; a `\\`, `/`, `?` or `#` of its user name or password is written as `%5C`, `%2F`, `%3F` or `%23`"
      : "";
    throw new ConfigurationError(`${name} must be the URL of an http or https proxy${help}`);
  }
  const { username, password, origin: uri } = url;
  if (!username && !password) return { uri };
  const credentials = Buffer.from(decodePercents(`${username}:${password}`), "latin1");
  return { uri, token: `Basic ${credentials.toString("base64")}` };
}

/** The bytes of a URL's part. A `%` that begins no byte stands for itself: passwords have it, and few write it as `%25`. */
const decodePercents = (text: string): string =>
  text.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));

/** Whether NO_PROXY names a URL's host: itself, a domain above it, either with a port, its network, or `*` for all. */
function isExempt({ hostname, port, protocol }: URL, list: string): boolean {
  const host = hostname.replace(/^\[|[\].]$/g, "");
  const ownPort = port || (protocol === "https:" ? "443" : "80");
  return list.split(/[\s,]+/).some((entry) => {
    if (isInNetwork(host, entry)) return true;
    const isBareIpv6 = /:.*:/.test(entry) && !entry.startsWith("[");
    const [, name = "", onlyPort = ownPort] =
      /^(.*?)(?::(\d+))?$/.exec(isBareIpv6 ? `[${entry}]` : entry) ?? [];
    const domain = toHost(name.replace(/^\*?\.|\.$/g, ""));
    if (onlyPort !== ownPort || domain === undefined) return false;
    return domain === "*" || host === domain || host.endsWith(`.${domain}`);
  });
}

/** A host in the spelling that a URL has: in lower case, in Punycode, an address in its shortest form. */
function toHost(name: string): string | undefined {
  if (/^[\w.-]+$/.test(name)) return name.toLowerCase();
  const url =
    /[/?#@\\]/.test(name) || !URL.canParse(`http://${name}`) ? undefined : new URL(`http://${name}`);
  return url?.hostname.replace(/^\[|\]$/g, "");
}

/** Whether an address belongs to a network such as `10.0.0.0/8`; a name belongs to none. */
function isInNetwork(host: string, entry: string): boolean {
  const [, address = "", bits] = /^(.*)\/(\d{1,3})$/.exec(entry) ?? [];
  if (bits === undefined) return false;
  const { BlockList, isIP } = process.getBuiltinModule("node:net"); // not imported: it takes time to load
  const version = isIP(host);
  if (version === 0 || isIP(address) !== version || Number(bits) > (version === 4 ? 32 : 128)) return false;
  const family = version === 4 ? "ipv4" : "ipv6";
  const network = new BlockList();
  network.addSubnet(address, Number(bits), family);
  return network.check(host, family);
}
