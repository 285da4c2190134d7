// Tries the packed package on every runtime, against servers in this process, and prints what came of it.
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { openChromium } from "./chromium.js";
import { tryCompilers, tryLinters } from "./consumers.js";
import { fetchRuntimes, findChromium, root } from "./fetch.js";
import { tryInterceptors } from "./interceptors.js";
import { runInProcess, tryDiskAndRequire, writePrograms } from "./processes.js";
import type { Report, Settings } from "./scenario.js";
import { key, startServers } from "./servers.js";
import { newestDate, runInWorkerd } from "./workerd.js";

type Results = Record<string, string>;

/** What a runtime tells of a request that never reached anybody; what it does not tell is `unknown`, and not sent again. */
const tellsAll = { refused: "not-sent", unresolvable: "not-sent" };
const tellsNothing = { refused: "unknown", unresolvable: "unknown" };

let failed = 0;

/** Runs a group of checks and prints a line for it, and one for each that is not "ok". */
async function group(name: string, work: () => Promise<Results>): Promise<void> {
  const started = performance.now();
  const results = await work().catch((error: unknown): Results => ({ "runs at all": String(error) }));
  const wrong = Object.entries(results).filter(([, result]) => result !== "ok");
  failed += wrong.length;
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
  const count = String(Object.keys(results).length).padStart(3);
  console.log(`${wrong.length === 0 ? "ok  " : "FAIL"} ${name.padEnd(32)} ${count} checks ${seconds} s`);
  for (const [check, result] of wrong) console.log(`     ${check}: ${result}`);
}

/** Runs the scenario somewhere, with servers of its own, and adds what they saw. */
async function tryScenario(
  outcomes: Report["outcomes"],
  work: (settings: Settings) => Promise<Report>,
  more: (settings: Settings) => Promise<Results> = async () => ({}),
): Promise<Results> {
  const servers = await startServers();
  try {
    const report = await work(servers.settings);
    const seen = servers.verify(report);
    return { ...report.checks, ...seen, ...told(report, outcomes), ...(await more(servers.settings)) };
  } finally {
    await servers.close();
  }
}

const told = ({ outcomes }: Report, expected: Report["outcomes"]): Results => ({
  "what it tells of requests that were not sent": same(JSON.stringify(outcomes), JSON.stringify(expected)),
});

const same = (found: string, expected: string) => (found === expected ? "ok" : `found ${found}`);

async function tryChromium(executablePath: string, artefacts: string): Promise<Results> {
  const options = { apiKey: key, dangerouslyAllowBrowser: true };
  const servers = await startServers(options);
  const chromium = await openChromium(workshop, executablePath, servers.settings);
  try {
    const report = await chromium.runScenario();
    // Chromium repeats any request when a connection breaks that was used before; a page cannot tell it not to.
    const seen = servers.verify(report, 1);

    const pictures = await Promise.all(["README.md", "LICENSE"].map((name) => readFile(join(root, name))));
    const direct = join(artefacts, "gallery.png");
    const page = await chromium.useGallery({ ...options, baseUrl: servers.settings.api }, pictures, direct);
    const preflights = servers.server.requests.filter(({ method }) => method === "OPTIONS").length;
    const proxied = join(artefacts, "gallery-through-proxy.png");
    const throughProxy = await chromium.useGallery({ baseUrl: "/api/images" }, pictures, proxied);

    const ledger = servers.server.ledger.length;
    const broken = await chromium.submitOverBrokenConnection();
    return {
      ...report.checks,
      ...seen,
      ...told(report, tellsNothing),
      "a key is refused": (await chromium.refusalOfKey()).startsWith("ConfigurationError: ")
        ? "ok"
        : "it is not",
      "a page takes pictures, and shows images": same(page, "2 images of 2 pictures"),
      "its browser asks the service's leave": preflights > 0 ? "ok" : "no preflight",
      "a page without a key does so too": same(throughProxy, "2 images of 2 pictures"),
      "screenshots are kept":
        (await stat(direct)).size + (await stat(proxied)).size > 20_000 ? "ok" : "empty",
      "what it repeats is paid for once": same(String(servers.server.ledger.length - ledger), "1"),
      "and has an unknown outcome": broken.startsWith("OutcomeUnknownError: ") ? "ok" : broken,
    };
  } finally {
    await chromium.close();
    await servers.close();
  }
}

async function tryInterceptorsWithServers(): Promise<Results> {
  const servers = await startServers();
  try {
    return await tryInterceptors(workshop, servers.settings);
  } finally {
    await servers.close();
  }
}

const artefacts = process.env.ARTEFACTS ?? join(root, "coverage/runtimes");
await mkdir(artefacts, { recursive: true });
const workshop = await fetchRuntimes();
try {
  await writePrograms(workshop);
  for (const runtime of ["node-20.19", "node-22", "node-24", "node-current", "deno", "bun"] as const) {
    await group(runtime, () =>
      tryScenario(
        tellsAll,
        (settings) => runInProcess(workshop, runtime, settings),
        (settings) => tryDiskAndRequire(workshop, runtime, settings),
      ),
    );
  }
  for (const date of ["2022-10-31", newestDate(workshop)]) {
    await group(`workerd ${date}`, () =>
      tryScenario(tellsNothing, (settings) => runInWorkerd(workshop, date, settings)),
    );
  }
  await group("chromium", async () => tryChromium(await findChromium(), artefacts));
  await group("interceptors", tryInterceptorsWithServers);
  await group("TypeScript 5.4 and 7", () => tryCompilers(workshop));
  await group("publint and attw", () => tryLinters(workshop));
} finally {
  await workshop.remove();
}
console.log(failed === 0 ? `screenshots: ${artefacts}` : `${failed} checks failed`);
process.exitCode = failed === 0 ? 0 : 1;
