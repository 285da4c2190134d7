import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { startMockServer } from "../../../src/mock-server/index.js";
import type { MockServer, MockServerOptions } from "../../../src/mock-server/index.js";
import { findProgram } from "../support/debian.js";
import { root } from "../support/places.js";

/** Where screenshots are kept, to be looked at. */
const artefacts = join(process.env.ARTEFACTS ?? join(root, "coverage"), "page");
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser: Browser;

/** Starts a browser for the tests of a file. */
export function useBrowser(): void {
  beforeAll(async () => {
    await mkdir(artefacts, { recursive: true });
    const executablePath = await findProgram("chromium");
    browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ["--disable-gpu"] });
  });
  afterAll(() => browser.close());
}

export async function startServer(options: MockServerOptions = {}): Promise<MockServer> {
  const server = await startMockServer({ page: true, taskDurationMs: 0, imageSize: 320, ...options });
  onTestFinished(() => server.close());
  return server;
}

/** Opens the page; the test fails if the browser reports an error, a refusal of the page's policy included. */
export async function openPage(server: MockServer, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("dialog", (dialog) => {
    faults.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (entry) => {
    const isRefusal = entry.text().includes("400 (Bad Request)"); // a fault that was written wrongly
    if (entry.type() === "error" && !isRefusal) faults.push(entry.text());
  });
  // Nothing is asked of any other address.
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (!/^(blob|data):$/.test(protocol) && origin !== server.pageUrl) faults.push(`asked ${request.url()}`);
  });
  onTestFinished(async () => {
    await context.close();
    expect(faults).toEqual([]);
  });
  await page.goto(server.pageUrl!);
  await page.getByText("live", { exact: true }).waitFor();
  return page;
}

/** Everything that axe finds on the page as it is. */
export async function findBarriers(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await checker.run({ resultTypes: ["violations"] });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`,
    );
  });
}

export async function keepScreenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(artefacts, `${name}.png`) });
}

/** Whether something is wider than the window. */
export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

/** Switches to one of the page's views. */
export const openView = (page: Page, name: string): Promise<void> =>
  page
    .getByRole("tablist", { name: "Views" })
    .getByRole("tab", { name: new RegExp(`^${name}`) })
    .click();

/** Opens one of the tabs of the request that is selected. */
export const openTab = (page: Page, name: string): Promise<void> =>
  page.getByRole("tablist", { name: "Parts of the request" }).getByRole("tab", { name, exact: true }).click();

/** The rows of a list that are drawn. */
export const rowsOf = (page: Page) => page.locator(".row");
