// The packed package on every runtime that it is meant for, against servers in this process.
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { findProgram } from "../support/debian.js";
import { makeScratchFolder, root } from "../support/places.js";
import { openChromium } from "./chromium.js";
import { runInProcess, tryDiskAndRequire, writePrograms } from "./processes.js";
import { runtimes } from "./programs.js";
import type { Report } from "./scenario.js";
import { key, startServers } from "./servers.js";
import { newestDate, runInWorkerd } from "./workerd.js";

/** The evidence of a runtime about a request that never reached anybody; without any it is `unknown`, and not sent again. */
const tellsAll = { refused: "not-sent", unresolvable: "not-sent" };
const tellsNothing = { refused: "unknown", unresolvable: "unknown" };

/** Each check that is not "ok". */
const faults = (checks: Record<string, string>) =>
  Object.fromEntries(Object.entries(checks).filter(([, found]) => found !== "ok"));

function expectScenario(report: Report, seen: Record<string, string>, outcomes: Report["outcomes"]): void {
  expect(faults({ ...report.checks, ...seen })).toEqual({});
  expect(report.outcomes).toEqual(outcomes);
  expect(Object.keys(report.checks).length).toBeGreaterThan(20);
}

let folder: string;
beforeAll(async () => {
  folder = await makeScratchFolder("runtimes");
  await writePrograms(folder);
});

async function withServers(
  work: (servers: Awaited<ReturnType<typeof startServers>>) => Promise<void>,
  ...options: Parameters<typeof startServers>
): Promise<void> {
  const servers = await startServers(...options);
  try {
    await work(servers);
  } finally {
    await servers.close();
  }
}

test.each(runtimes)("%s", async (runtime) => {
  await withServers(async ({ settings, verify }) => {
    const report = await runInProcess(folder, runtime, settings);
    expectScenario(report, verify(report), tellsAll);
    expect(faults(await tryDiskAndRequire(folder, runtime, settings))).toEqual({});
  });
});

test.each(runtimes.filter((runtime) => runtime.startsWith("node")))(
  "%s, through createFetch",
  async (runtime) => {
    await withServers(async ({ settings, verify }) => {
      const report = await runInProcess(folder, runtime, settings, "createFetch");
      expectScenario(report, verify(report), tellsAll);
    });
  },
);

test.each(["2022-10-31", newestDate()])("workerd of %s", async (date) => {
  await withServers(async ({ settings, verify }) => {
    const report = await runInWorkerd(folder, date, settings);
    expectScenario(report, verify(report), tellsNothing);
  });
});

test("chromium", async () => {
  const artefacts = process.env.ARTEFACTS ?? join(root, "coverage/runtimes");
  await mkdir(artefacts, { recursive: true });
  const executablePath = await findProgram("chromium");
  const options = { apiKey: key, dangerouslyAllowBrowser: true };
  await withServers(async ({ settings, server, verify }) => {
    const chromium = await openChromium(folder, executablePath, settings);
    try {
      const report = await chromium.runScenario();
      // Chromium repeats any request when a connection breaks that was used before; a page cannot tell it not to.
      expectScenario(report, verify(report, 1), tellsNothing);

      const pictures = await Promise.all(["README.md", "LICENSE"].map((name) => readFile(join(root, name))));
      const direct = join(artefacts, "gallery.png");
      const shown = await chromium.useGallery({ ...options, baseUrl: settings.api }, pictures, direct);
      expect(shown).toBe("2 images of 2 pictures");
      const preflights = server.requests.filter(({ method }) => method === "OPTIONS");
      expect(preflights).not.toEqual([]);

      const proxied = join(artefacts, "gallery-through-proxy.png");
      const throughProxy = await chromium.useGallery({ baseUrl: "/api/images" }, pictures, proxied);
      expect(throughProxy).toBe("2 images of 2 pictures");
      for (const path of [direct, proxied]) expect((await stat(path)).size).toBeGreaterThan(10_000);

      expect(await chromium.refusalOfKey()).toMatch(/^ConfigurationError: /);

      const charged = server.ledger.length;
      expect(await chromium.submitOverBrokenConnection()).toMatch(/^OutcomeUnknownError: /);
      expect(server.ledger.length - charged).toBe(1);
    } finally {
      await chromium.close();
    }
  }, options);
});
