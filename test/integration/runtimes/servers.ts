import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { createHash } from "node:crypto";
import { startMockServer } from "../../../src/mock-server/index.js";
import type { ClientOptions } from "../../../src/index.js";
import { sourceFiles } from "./scenario.js";
import type { Report, Settings } from "./scenario.js";

export const key = "sk-test-of-the-runtimes-0123456789";

/** The servers that one runtime talks to, and what they saw of it. */
export async function startServers(options: ClientOptions = { apiKey: key }) {
  const server = await startMockServer({ taskDurationMs: 0, apiKeys: [key] });
  const redirecting = await startMockServer({
    fail: ({ role, path }) =>
      role === "submit" ? { kind: "redirect", location: `${server.url}${path}?redirected` } : undefined,
  });
  const settings: Settings = {
    api: server.url,
    redirecting: redirecting.url,
    refused: `http://127.0.0.1:${await freePort()}`,
    unresolvable: "https://nowhere.invalid",
    options,
  };

  /** The requests that the servers saw; `repeats` are submits that the runtime itself may send once more when a connection breaks. */
  function verify(report: Report, repeats = 0): Record<string, string> {
    const submits = server.requests.filter(({ role }) => role === "submit");
    const arrived = submits[0]?.files.map(({ filename, sha256 }) => `${filename} ${sha256}`) ?? [];
    const sent = sourceFiles.map(
      ({ name, bytes }) => `${name} ${createHash("sha256").update(new Uint8Array(bytes)).digest("hex")}`,
    );
    const surplus = server.ledger.length - report.charged;
    const resets = submits.filter(({ fields }) => String(fields.prompt).includes("[mock:reset]")).length - 1;
    const isRepeat = repeats > 0 && surplus === resets && surplus <= repeats;
    const withKey = server.requests.filter(({ role, headers }) => role === "result" && headers.authorization);
    const redirected = server.requests.filter(({ path }) => path.endsWith("?redirected"));
    return {
      "nobody goes where a redirect leads": compare(redirected.length, 0),
      "both files arrive as they are": compare(arrived.join(), sent.join()),
      "each submit is charged once": isRepeat ? "ok" : compare(server.ledger.length, report.charged),
      "the results' server is not told the key": compare(withKey.length, 0),
    };
  }

  async function close() {
    await Promise.all([server.close(), redirecting.close()]);
  }
  return { settings, server, verify, close };
}

const compare = (found: unknown, expected: unknown) =>
  found === expected ? "ok" : `found ${String(found)}, expected ${String(expected)}`;

/** A port that was free a moment ago: nobody listens there. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
