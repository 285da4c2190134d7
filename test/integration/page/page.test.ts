import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { mockMarkers } from "../../../src/mock-server/index.js";
import {
  findBarriers,
  isTooWide,
  keepScreenshot,
  openPage,
  openTab,
  openView,
  rowsOf,
  startServer,
  useBrowser,
} from "./browser.js";
import { apiKey, runSession } from "./session.js";

// Each thing that the page offers, done as a person would do it.

useBrowser();

describe("requests", () => {
  it("appear while they arrive, with the steps of their task and the charge", async () => {
    const server = await startServer({ credits: 20, taskDurationMs: 600 });
    const page = await openPage(server);
    await page.getByText("Nothing has arrived yet").waitFor();
    await runSession(server);
    const row = rowsOf(page).filter({ hasText: "a banana" }).last();
    await row.getByText("completed").waitFor();
    expect(await row.innerText()).toMatch(/submit\s*a banana\s*1 image\s*200/);
    expect(await row.innerText()).toContain("1 warning");
    await page.getByText(/images? charged, \d+ credits left/).waitFor();
  });

  it("are followed in any number of tabs, of which hidden ones catch up when they are seen again", async () => {
    const server = await startServer();
    const first = await openPage(server);
    const show = (page: Page, visibility: string) =>
      page.evaluate((value) => {
        Object.defineProperty(document, "visibilityState", { value, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, visibility);
    let last = first;
    for (let tab = 2; tab <= 8; tab++) {
      await show(last, "hidden");
      last = await first.context().newPage();
      await last.goto(server.pageUrl!, { timeout: 10_000 });
      await last.getByText("live", { exact: true }).waitFor({ timeout: 10_000 });
    }
    await runSession(server);
    await rowsOf(last).first().waitFor();
    await first.getByText("Nothing has arrived yet").waitFor();
    await show(first, "visible");
    await rowsOf(first).first().waitFor();
    expect(await rowsOf(first).count()).toBe(await rowsOf(last).count());
  });

  it("are found by search and filters", async () => {
    const server = await startServer();
    await runSession(server);
    const page = await openPage(server);
    const rows = rowsOf(page);
    await rows.first().waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("lighthouse storm");
    await expect
      .poll(() => rows.count())
      .toBe(server.requests.filter(({ fields }) => String(fields.prompt).includes("lighthouse")).length + 1);
    await page.getByRole("searchbox").fill("");
    await page.getByLabel("Show").selectOption("Tasks");
    await expect.poll(() => rows.count()).toBe(server.ledger.length);
    await page.getByLabel("Show").selectOption("All requests");
    await page.getByLabel("Outcome").selectOption("breaks the document");
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByRole("searchbox").fill("nothing like this");
    await page.getByText("Nothing matches").waitFor();
  });

  it("open to everything about them, and nowhere the key", async () => {
    const server = await startServer();
    await runSession(server);
    const page = await openPage(server);
    await page.getByRole("searchbox").fill("the same fox submit");
    await rowsOf(page).first().click();
    const image = page.getByRole("img", { name: "Image 1 of the task" });
    await expect
      .poll(() => image.evaluate((element) => (element as HTMLImageElement).naturalWidth))
      .toBeGreaterThan(0);
    const seen = [await page.content()];
    await openTab(page, "Request");
    await page.getByText("Bearer [redacted]").waitFor();
    const [sent] = server.requests.filter(({ files }) => files.length > 0);
    for (const { sha256 } of sent!.files) await page.getByText(sha256).waitFor();
    const thumbnail = page.getByRole("img", { name: /picture in part/ });
    await expect
      .poll(() => thumbnail.evaluate((element) => (element as HTMLImageElement).naturalWidth))
      .toBeGreaterThan(0);
    seen.push(await page.content());
    await openTab(page, "Bytes");
    await page.getByText(/^000000 {2}2d 2d/).waitFor();
    await page.getByLabel("as text").click();
    await page.getByText("Content-Disposition").first().waitFor();
    seen.push(await page.content());
    await openTab(page, "Response");
    await page.getByText('"code": 1000').waitFor();
    await openTab(page, "Code");
    await page.getByText("await fileFromPath").waitFor();
    seen.push(await page.content());
    expect(seen.join("")).not.toContain(apiKey);
    expect(seen.join("")).toContain("the same fox at night");
  });

  it("say which rule of the document they break, where it stands, and what to change", async () => {
    const server = await startServer();
    await runSession(server);
    const page = await openPage(server);
    await page.getByLabel("Outcome").selectOption("breaks the document");
    await rowsOf(page).click();
    const problem = page.locator(".problem", { hasText: "batchsize must be" });
    await problem.getByText("maximum: 15").waitFor();
    const place = await problem.locator("code").nth(1).innerText();
    const [, file = "", line] = /^(spec\/.+):(\d+)$/.exec(place) ?? [];
    const text = await readFile(new URL(`../../../${file}`, import.meta.url), "utf8");
    expect(text.split("\n")[Number(line) - 1]).toContain("maximum: 15");
    await keepScreenshot(page, "issue");
  });

  it("are walked through by the keyboard alone", async () => {
    const server = await startServer();
    await runSession(server);
    const page = await openPage(server);
    await page.locator(".list").focus();
    await page.keyboard.press("End");
    await page.getByRole("article", { name: "Request 1", exact: true }).waitFor();
    await page.keyboard.press("ArrowUp");
    await page.getByRole("article", { name: "Request 2", exact: true }).waitFor();
    expect(await page.locator(".row[aria-selected=true]").getAttribute("id")).toBe("row-2");
    expect(await page.locator(".list").getAttribute("aria-activedescendant")).toBe("row-2");
    await page.getByRole("tab", { name: "Overview" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("heading", { name: "Headers" }).waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("article").count()).toBe(0);
  });

  it("are copied as programs that send the same", async () => {
    const server = await startServer();
    await runSession(server);
    const page = await openPage(server, { permissions: ["clipboard-read", "clipboard-write"] });
    await page.getByRole("searchbox").fill("a banana submit");
    await rowsOf(page).first().click();
    await openTab(page, "Code");
    await page.getByRole("button", { name: "Copy cURL" }).click();
    await page.getByText("cURL copied").waitFor();
    const curl = await page.evaluate(() => navigator.clipboard.readText());
    const { run } = await import("../support/run.js");
    const { stdout } = await run("bash", ["-c", `${curl} --silent`], {
      env: { ...process.env, TENSORSLAB_API_KEY: apiKey },
    });
    expect(JSON.parse(stdout)).toMatchObject({ code: 1000 });
    expect(server.requests.at(-1)?.fields).toEqual(
      server.requests.find(({ fields }) => fields.resolution === "banana")?.fields,
    );
  });
});

describe("faults", () => {
  it("are added by a button, wait, and are used up", async () => {
    const server = await startServer();
    const page = await openPage(server);
    await openView(page, "Faults");
    await page.getByRole("button", { name: "The next submit is charged, then reset" }).click();
    await page.getByRole("button", { name: "Remove fault 1" }).waitFor();
    await page.getByRole("tab", { name: "Faults (1)" }).waitFor();
    const form = new FormData();
    form.append("prompt", "a fox");
    const send = () =>
      fetch(`${server.url}/v1/images/seedreamv5`, {
        method: "POST",
        headers: { authorization: "k" },
        body: form,
      });
    await expect(send()).rejects.toThrow();
    expect(server.ledger).toHaveLength(1);
    await page.getByText("None: everything succeeds").waitFor();
    await page.getByRole("button", { name: "rate-limit" }).click();
    await page.getByRole("tab", { name: "Faults (1)" }).waitFor();
    expect((await send()).status).toBe(429);
    await page
      .getByLabel(/As it is sent/)
      .fill('{ "role": "submit", "failure": { "kind": "no such kind" } }');
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByText("`failure.kind` must be one of").waitFor();
    expect(await page.locator(".markers dt").allInnerTexts()).toEqual(Object.keys(mockMarkers));
  });
});

describe("the form", () => {
  it("sends a real request, with files that are dropped on it", async () => {
    const server = await startServer();
    const page = await openPage(server);
    await openView(page, "Try it");
    await page.getByLabel("prompt").fill("a fox that was sent from the page");
    await page.getByLabel("batchsize").fill("2");
    const files = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(["one"], "first file.txt", { type: "text/plain" }));
      transfer.items.add(new File([new Uint8Array(100_000)], "second.bin"));
      return transfer;
    });
    await page.dispatchEvent(".drop", "drop", { dataTransfer: files });
    await page.getByText("second.bin").waitFor();
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText(/"code":1000/).waitFor();
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      role: "submit",
      fields: { prompt: "a fox that was sent from the page", batchsize: 2 },
      files: [
        { filename: "first file.txt", size: 3 },
        { filename: "second.bin", size: 100_000 },
      ],
    });
    expect(Object.keys(server.requests[0]!.headers)).not.toContain("origin");
    await page.getByRole("button", { name: "Show the request" }).click();
    await page.getByRole("article", { name: "Request 1" }).waitFor();
  });

  it("lets one send what the service refuses, and see why", async () => {
    const server = await startServer();
    const page = await openPage(server);
    await openView(page, "Try it");
    await page.getByLabel("batchsize").fill("99");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText(/prompt is required/).waitFor();
    expect(server.ledger).toEqual([]);
  });
});

describe("the ledger", () => {
  it("has charges, credits, the clock and a fresh start", async () => {
    const server = await startServer({ taskDurationMs: 3_600_000 });
    const page = await openPage(server);
    const { createClient } = await import("../../../src/index.js");
    const client = createClient({ apiKey, baseUrl: server.url });
    const { taskid } = await client.submit("seedreamv5", { prompt: "a fox", batchsize: 4 });
    await openView(page, "Ledger");
    await page.getByRole("heading", { name: "1 charge, 4 images" }).waitFor();
    await page.getByLabel(/Credits left/).fill("7");
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page.getByText("7 credits left").waitFor();
    expect((await client.status(taskid)).status).toBe("queued");
    await page.getByRole("button", { name: "+1 day" }).click();
    await page.getByText("+86,400 s").waitFor();
    expect((await client.status(taskid)).status).toBe("completed");
    await page.getByRole("button", { name: "Reset" }).click();
    await page.getByText("Nothing was charged.").waitFor();
    expect([server.requests, server.ledger]).toEqual([[], []]);
  });
});

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  it.each([360, 768, 1280, 1920])("nothing keeps anybody from using it, %i pixels wide", async (width) => {
    const server = await startServer({ credits: 50 });
    await runSession(server);
    const page = await openPage(server, {
      colorScheme,
      viewport: { width, height: width < 500 ? 740 : 900 },
    });
    const found: Record<string, unknown> = {};
    async function look(name: string): Promise<void> {
      found[name] = [await findBarriers(page), await isTooWide(page)];
      await keepScreenshot(page, `${colorScheme}-${width}-${name}`);
    }
    await rowsOf(page).first().waitFor();
    await look("requests");
    await page.getByRole("searchbox").fill("the same fox submit");
    await rowsOf(page).first().click();
    for (const tab of ["Overview", "Request", "Bytes", "Response", "Code"]) {
      await openTab(page, tab);
      await page.waitForLoadState("networkidle");
      await look(tab.toLowerCase());
    }
    await page.keyboard.press("Escape");
    await page.getByRole("searchbox").fill("");
    await page.getByLabel("Outcome").selectOption("breaks the document");
    await rowsOf(page).first().click();
    await page.locator(".problem").first().waitFor();
    await look("issues");
    await openView(page, "Try it");
    await look("form");
    await openView(page, "Faults");
    await page.getByRole("button", { name: "The next three reads get HTTP 502" }).click();
    await page.getByRole("button", { name: "Remove fault 1" }).waitFor();
    await look("faults");
    await openView(page, "Ledger");
    await rowsOf(page).first().waitFor();
    await look("ledger");
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((name) => [name, [[], false]])));
  });
});
