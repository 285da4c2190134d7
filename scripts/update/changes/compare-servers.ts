import { serverUrl } from "../../generate/server.js";
import { isObject } from "../../generate/source.js";
import type { Verdict } from "./change.js";

type Report = (aspect: string, verdict: Verdict, before: unknown, after: unknown) => void;

/** Reports what has changed in a list of servers: the first is where requests, and the key, go by default. */
export function compareServers(before: unknown, after: unknown, report: Report): void {
  const [old, now] = [serversOf(before), serversOf(after)];
  if (old[0]?.url !== now[0]?.url) report("server", "breaking", old[0]?.url, now[0]?.url);
  const firsts = [old[0]?.url, now[0]?.url];
  for (const { url } of old) {
    if (!firsts.includes(url) && !now.some((server) => server.url === url))
      report("server", "compatible", url, undefined);
  }
  for (const { url, text } of now) {
    const twin = old.find((server) => server.url === url);
    if (twin && twin.text !== text)
      report("description", "cosmetic", JSON.parse(twin.text), JSON.parse(text));
    if (!twin && !firsts.includes(url)) report("server", "compatible", undefined, url);
  }
}

/** A slash at the end makes no other server: every path begins with one. */
function serversOf(servers: unknown): { url: string; text: string }[] {
  const list = Array.isArray(servers) ? servers.filter(isObject) : [];
  return list.map((server) => ({
    url: String(serverUrl(server)).replace(/\/$/, ""),
    text: JSON.stringify(server),
  }));
}
