import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { build } from "esbuild";
import type * as Library from "../../../src/index.js";
import type { ClientOptions } from "../../../src/index.js";
import type { Report, Settings } from "./scenario.js";

const flags = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The part of a page's driver that is used here. */
interface Page {
  goto(url: string): Promise<unknown>;
  setInputFiles(selector: string, files: { name: string; mimeType: string; buffer: Buffer }[]): Promise<void>;
  click(selector: string): Promise<void>;
  locator(selector: string): { textContent(): Promise<string | null> };
  waitForFunction(script: string): Promise<unknown>;
  screenshot(options: { path: string }): Promise<unknown>;
  evaluate<Result>(script: string): Promise<Result>;
}

/** A page in headless Chromium, with the package bundled, on an origin that is not the service's. */
export async function openChromium(folder: string, executablePath: string, settings: Settings) {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import * as library from "tensorslab-images";
        import { runScenario } from "./scenario.js";
        import { openGallery } from ${JSON.stringify(join(import.meta.dirname, "gallery.ts"))};
        Object.assign(globalThis, { library, runScenario, openGallery });
        const options = new URLSearchParams(location.search).get("options");
        if (options) openGallery(library, JSON.parse(options));
      `,
      resolveDir: folder,
    },
    bundle: true,
    write: false,
    format: "esm",
    minify: true,
    target: "es2022",
  });
  const html = await readFile(join(import.meta.dirname, "gallery.html"));
  const require = createRequire(join(folder, "package.json"));
  const { createProxyHandler } = require("tensorslab-images") as typeof Library;
  const { apiKey } = settings.options;
  const proxy = createProxyHandler({ apiKey, baseUrl: settings.api, authorize: isOwnPage });

  const server = createServer((message, response) => {
    const { url = "", method, headers } = message;
    if (url === "/gallery.js")
      response.writeHead(200, { "content-type": "text/javascript" }).end(outputFiles[0]?.text);
    else if (method === "GET") response.writeHead(200, { "content-type": "text/html" }).end(html);
    else {
      const body = Readable.toWeb(message);
      const init = { method, headers, body, duplex: "half" } as unknown as RequestInit;
      void proxy(new Request(new URL(url, origin), init)).then(async (answer) => {
        // The answer to a request that was passed on is lost with the connection.
        if (url.startsWith("/broken/") && answer.ok) return message.socket.resetAndDestroy();
        response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
      });
    }
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  function isOwnPage(request: Request): string | false {
    return request.headers.get("origin") === origin && "visitor-1";
  }

  const { chromium } = require("playwright-core") as {
    chromium: {
      launchPersistentContext(
        profile: string,
        options: object,
      ): Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>;
    };
  };
  const profile = await mkdtemp(join(tmpdir(), "chromium-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    chromiumSandbox: false,
    args: flags,
    viewport: { width: 800, height: 700 },
  });
  const page = await browser.newPage();

  return {
    async runScenario(): Promise<Report> {
      await page.goto(origin);
      return page.evaluate(`runScenario(library, ${JSON.stringify(settings)})`);
    },

    /** The refusals of a page that would show its key. */
    async refusalOfKey(): Promise<string> {
      await page.goto(origin);
      return page.evaluate(`(() => {
        try { library.createClient({ apiKey: "any" }); return "not refused"; }
        catch (error) { return error.name + ": " + error.message; }
      })()`);
    },

    /** Submits through a proxy on the page's origin whose connection breaks; tells the outcome. */
    async submitOverBrokenConnection(): Promise<string> {
      await page.goto(origin);
      return page.evaluate(`library.createClient({ baseUrl: "/broken", submitRetries: 0 })
        .submit("seedreamv5", { prompt: "over a broken connection" })
        .then(() => "accepted", (error) => error.name + ": " + error.message)`);
    },

    /** Picks two pictures, submits, and tells what the page says once its images are there. */
    async useGallery(options: ClientOptions, pictures: Buffer[], screenshot: string): Promise<string> {
      await page.goto(`${origin}/?options=${encodeURIComponent(JSON.stringify(options))}`);
      const files = pictures.map((buffer, index) => ({
        name: `${index}.png`,
        mimeType: "image/png",
        buffer,
      }));
      await page.setInputFiles("input[type=file]", files);
      await page.click("button");
      await page.waitForFunction(
        `/images of|Error/.test(document.querySelector("[role=status]").textContent)`,
      );
      await page.screenshot({ path: screenshot });
      return (await page.locator("[role=status]").textContent()) ?? "";
    },

    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
