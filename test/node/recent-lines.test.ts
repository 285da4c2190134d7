import { lstatSync } from "node:fs";
import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRecentLines } from "../../src/node/recent-lines.js";
import { makeFolder } from "../support/generate.js";

const line = '{"id":"a"}\n';

async function makeFile(): Promise<string> {
  const path = join(await makeFolder(), "a.record.json");
  await writeFile(path, line);
  return path;
}

test("a line is remembered for as long as its file is as it was left", async () => {
  const path = await makeFile();
  const recent = createRecentLines();
  recent.note(path, line, lstatSync(path), line.length);
  expect(recent.find(path)).toMatchObject({ line, bytes: line.length });
  await appendFile(path, line);
  expect(recent.find(path)).toBeUndefined();
});

test.each(["ino", "mode", "mtimeMs", "size"] as const)(
  "a file of another %s is not the one that was left",
  async (condition) => {
    const path = await makeFile();
    const file = lstatSync(path);
    file[condition]++;
    const recent = createRecentLines();
    recent.note(path, line, file, file.size);
    expect(recent.find(path)).toBeUndefined();
  },
);

test("nothing is remembered of a file that somebody else wrote to meanwhile, nor of what is forgotten", async () => {
  const path = await makeFile();
  const recent = createRecentLines();
  recent.note(path, line, lstatSync(path), line.length - 1);
  expect(recent.find(path)).toBeUndefined();
  recent.note(path, line, lstatSync(path), line.length);
  recent.forget(path);
  expect(recent.find(path)).toBeUndefined();
});

test("the oldest of more than 500 lines is given up", async () => {
  const path = await makeFile();
  const file = lstatSync(path);
  const recent = createRecentLines();
  recent.note(path, line, file, line.length);
  for (let count = 1; count < 500; count++) recent.note(`${path}-${count}`, line, file, line.length);
  expect(recent.find(path)).toBeDefined();
  recent.note(`${path}-500`, line, file, line.length);
  expect(recent.find(path)).toBeUndefined();
});
