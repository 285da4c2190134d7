// The picture of the page in the README: `npm run pictures` keeps what this test has seen.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PNG } from "pngjs";
import { expect, it } from "vitest";
import { root } from "../support/places.js";
import { openPage, rowsOf, startServer, useBrowser } from "./browser.js";
import { runSession } from "./session.js";

useBrowser();

it("shows a day of a program, and the first of its requests opened", async () => {
  const server = await startServer({ credits: 50, seed: 5 });
  await runSession(server);
  const page = await openPage(server, { viewport: { width: 1280, height: 720 }, colorScheme: "light" });
  await page.keyboard.press("End");
  await rowsOf(page).last().click();
  await page.getByRole("article", { name: "Request 1" }).waitFor();
  await expect.poll(() => page.locator("article img").count()).toBe(3);
  await page.waitForFunction(() => [...document.images].every(({ complete }) => complete));
  const picture = await page.screenshot();
  if (process.env.PICTURE) await writeFile(process.env.PICTURE, picture);
  const shown = PNG.sync.read(await readFile(join(root, "scripts/pictures/page.png")));
  const seen = PNG.sync.read(picture);
  expect([shown.width, shown.height]).toEqual([seen.width, seen.height]);
});
