// Every rule about which URL may be called: where a key may be sent, and which result a response may name.

/** Parses a URL; undefined if it is not one. Browsers of 2023 and jsdom of Jest 29 have no `URL.canParse`. */
export function parseUrl(url: string | URL, base?: string): URL | undefined {
  try {
    return new URL(url, base);
  } catch {
    return undefined;
  }
}

/** Whether a URL leads to this machine, where plain http is no risk. */
export const isLoopback = ({ hostname }: URL): boolean =>
  // Names below localhost are looked up like any other on Node, so they may lead anywhere.
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);

/** Says why a base URL cannot be used, if so. It never quotes the URL, which may hold a password. */
export function findBaseUrlFault(url: URL, mayBeHttp: boolean): string | undefined {
  // An empty query too: what follows it would be no path.
  if (url.username || url.password || /[?#]/.test(url.href)) {
    return "must have no user name, query or fragment";
  }
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && (mayBeHttp || isLoopback(url)));
  if (isSafe) return undefined;
  return (
    "must be https, or http to this machine, or the key is not encrypted: pass `apiKey: null`, or " +
    "`dangerouslyAllowHttp: true`"
  );
}

/** The settings that decide which results may be fetched. */
export interface ResultUrlRule {
  /** Base URL of the service that named the result; its own host is always allowed. */
  service: URL | undefined;
  /** Allows private addresses, and plain http, for installations in a private network. */
  allowPrivateResults: boolean;
}

/** Says why a result must not be fetched, if so; `from` is the URL that redirects to it. */
export function findResultUrlFault(
  url: URL,
  { service, allowPrivateResults }: ResultUrlRule,
  from?: URL,
): string | undefined {
  if (url.username || url.password) return "a URL with a user name or password is not fetched";
  if (from?.protocol === "https:" && url.protocol !== "https:") {
    return `a redirect from https to ${url.protocol} is not followed`;
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return `a URL with ${url.protocol} is not fetched, only one with https:`;
  }
  if (allowPrivateResults || url.hostname === service?.hostname) return undefined;
  const isPlain = url.protocol === "http:";
  // A service on this machine, such as the mock server, may name this machine in any way. Where no service is known,
  // plain http to this machine is as good as one.
  if (isLoopback(url) && (service ? isLoopback(service) : isPlain)) return undefined;
  if (isPrivateHost(url)) return privateAddressFault;
  return isPlain ? "plain http is fetched from this machine only; the URL must be https" : undefined;
}

export const privateAddressFault =
  "a private address is not fetched; `allowPrivateResults: true` allows it if you trust the service";

/** Whether the address that a host name resolves to must be checked too, because the URL alone says too little. */
export function mustResolvePublicly(url: URL, { service, allowPrivateResults }: ResultUrlRule): boolean {
  return !allowPrivateResults && url.hostname !== service?.hostname && !isLoopback(url);
}

/** Names that no public host has: reserved ones, and those without a dot, which are looked up in the local network alone. */
const privateName = /^[^.]+$|\.(localhost|localdomain|local|internal|home\.arpa)$/;

/** Whether a URL names a private host as it is written: an address of a private network, or a name such as `localhost`. */
function isPrivateHost({ hostname }: URL): boolean {
  const host = hostname.replace(/\.$/, "");
  const isAddress = host.startsWith("[") || /^[\d.]+$/.test(host); // the URL parser writes every IPv4 form like this
  return isAddress ? isPrivateAddress(host.replace(/^\[|\]$/g, "")) : privateName.test(host);
}

/** Whether an IP address is anything but a public address of one host. */
export function isPrivateAddress(address: string): boolean {
  const text = address.replace(/%.*/, ""); // the zone of a link-local address
  if (!text.includes(":")) return isPrivateIPv4(text.split(".").map(Number));
  const url = parseUrl(`http://[${text}]`);
  if (!url) return true;
  const words = expand(url.hostname.slice(1, -1));
  const [first = 0, second = 0] = words;
  const embedded = (at: number) => words.slice(at, at + 2).flatMap((word) => [word >> 8, word & 255]);
  const isZero = (from: number, to: number) => words.slice(from, to).every((word) => word === 0);
  if (isZero(0, 5) && words[5] === 0xffff) return isPrivateIPv4(embedded(6));
  if (first === 0x64 && second === 0xff9b && isZero(2, 6)) return isPrivateIPv4(embedded(6)); // NAT64
  if (first === 0x2002) return isPrivateIPv4(embedded(1)); // 6to4
  if (first === 0x2001 && (second < 0x200 || second === 0xdb8)) return true; // Teredo, documentation and the like
  return first < 0x2000 || first > 0x3fff;
}

/** The eight words of an IPv6 address in the URL parser's form. */
function expand(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const toWords = (part: string) => (part === "" ? [] : part.split(":").map((word) => parseInt(word, 16)));
  const before = toWords(head);
  const after = toWords(tail ?? "");
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function isPrivateIPv4([a = 0, b = 0, c = 0]: number[]): boolean {
  return (
    [0, 10, 127].includes(a) ||
    a >= 224 || // multicast, reserved and broadcast
    (a === 100 && b >= 64 && b <= 127) || // carriers' own
    (a === 169 && b === 254) || // link-local, where clouds keep their credentials
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && (b === 168 || (b === 0 && c === 0))) ||
    (a === 198 && (b === 18 || b === 19)) // benchmarks
  );
}
