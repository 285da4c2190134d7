import { readFile } from "node:fs/promises";
import { PNG } from "pngjs";
import { expect, it } from "vitest";
import { drawRow } from "../scripts/pictures/row-of-images.js";
import { drawTerminal } from "../scripts/pictures/terminal-svg.js";

const committed = (name: string) => readFile(new URL(`../scripts/pictures/${name}`, import.meta.url));

it("the row of images is what the mock server draws today: `npm run pictures` writes it", async () => {
  const drawn = PNG.sync.read(await drawRow());
  const shown = PNG.sync.read(await committed("images.png"));
  expect([shown.width, shown.height]).toEqual([drawn.width, drawn.height]);
  expect(shown.data.equals(drawn.data)).toBe(true);
});

it("the recording ends with what a second run of an interrupted batch found and did", async () => {
  const svg = (await committed("batch.svg")).toString();
  const last = [...svg.matchAll(/<text id="l\d+" x.*?>(.*?)<\/text>/g)].map(([, line = ""]) =>
    line.replaceAll(/<[^>]+>/g, " ").trim(),
  );
  expect(last.filter((line) => line.startsWith("$"))).toHaveLength(2);
  const counts = last.flatMap((line) => /^(saved|saved before|images) +(\d+)$/.exec(line)?.slice(1) ?? []);
  const [, saved, , savedBefore, , images] = counts;
  expect(Number(saved) + Number(savedBefore)).toBe(Number(images));
  expect(Number(savedBefore)).toBeGreaterThan(0);
});

it("a drawing shows each line as long as the terminal did", async () => {
  const output = [
    { atMs: 0, data: "\x1b[32mfirst\x1b[39m & <last>\r\n" },
    { atMs: 500, data: "working" },
    { atMs: 1000, data: "\r\x1b[2Kdone" },
  ];
  const svg = await drawTerminal({ columns: 40, rows: 3, output });
  const texts = [...svg.matchAll(/<text id="(l\d+)"( class="past")?.*?>(.*)<\/text>/g)];
  expect(
    texts.map(([, , past, markup = ""]) => [past !== undefined, markup.replaceAll(/<[^>]+>/g, "")]),
  ).toEqual([
    [true, "working"],
    [false, "first &amp; &lt;last>"],
    [false, "done"],
  ]);
  expect(svg).toContain('<tspan class="c2" x="16.0"');
  expect(svg).toContain("@keyframes k0{0%{opacity:0}8.33%{opacity:1}16.67%{opacity:0}}");
});
