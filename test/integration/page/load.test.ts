import { expect, it } from "vitest";
import { openPage, rowsOf, startServer, useBrowser } from "./browser.js";

useBrowser();

const count = 10_000;

it(`${count} requests arrive while the page is open: it stays usable, draws few rows, and says what was dropped`, async () => {
  const server = await startServer({ imageSize: 16 });
  const page = await openPage(server);
  const body = new URLSearchParams(); // not what the operation takes: each is refused, which is quick
  body.append("prompt", "a fox");
  let sent = 0;
  async function send(): Promise<void> {
    while (sent < count + 500) {
      const number = sent++;
      const response = await fetch(`${server.url}/v1/images/infobytaskid`, {
        method: "POST",
        headers: { authorization: "k", "content-type": "application/json" },
        body: JSON.stringify({ taskid: `task ${number}` }),
      });
      await response.arrayBuffer();
    }
  }
  await Promise.all(Array.from({ length: 16 }, send));
  await page.getByText("10,000 rows").waitFor({ timeout: 60_000 });
  await page.getByText("the 500 oldest requests no longer kept").waitFor();
  expect(await rowsOf(page).count()).toBeLessThan(60);

  // A person can still work with it.
  await page.locator(".list").focus();
  await page.keyboard.press("End");
  await page.getByRole("article", { name: "Request 501", exact: true }).waitFor();
  expect(await rowsOf(page).count()).toBeLessThan(60);
  await page.getByRole("searchbox").fill("#10500");
  await expect.poll(() => rowsOf(page).count()).toBe(1);
  const longest = await page.evaluate(async () => {
    const input = document.querySelector<HTMLInputElement>("input[type=search]")!;
    const started = performance.now();
    input.value = "";
    input.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise(requestAnimationFrame);
    return performance.now() - started;
  });
  console.log(`the whole list is drawn again in ${longest.toFixed(0)} ms`);
  expect(server.requests).toHaveLength(count + 500);
});

it("large bodies are dropped by their size, and the newest stays", async () => {
  const server = await startServer({ imageSize: 16, keep: { megabytes: 8 } });
  const page = await openPage(server);
  for (let index = 0; index < 12; index++) {
    const form = new FormData();
    form.append("prompt", `fox ${index}`);
    form.append("sourceImage", new File([new Uint8Array(1024 * 1024)], "a.bin"));
    await fetch(`${server.url}/v1/images/seedreamv5`, {
      method: "POST",
      headers: { authorization: "k" },
      body: form,
    });
  }
  await page.getByText(/oldest requests? no longer kept/).waitFor();
  const response = await fetch(`${server.pageUrl}/api/state`);
  const { kept, dropped } = (await response.json()) as {
    kept: { requests: number; bytes: number };
    dropped: number;
  };
  expect(kept.bytes).toBeLessThanOrEqual(8 * 1024 * 1024);
  expect(kept.requests + dropped).toBe(12);
  expect(kept.requests).toBeGreaterThan(2);
});
