import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openRecords } from "../../src/cli/generation/record-files.js";
import { newRecord } from "../../src/cli/generation/record.js";
import { makeFolder } from "../support/generate.js";

const make = (id: string) =>
  newRecord({ id, service: "mock", model: "seedreamv5", input: { prompt: "a fox" } });

describe("records", () => {
  it("are made once, replaced as a whole and read back", async () => {
    const records = openRecords(join(await makeFolder(), "new"));
    const record = make("fox");
    await records.create(record);
    expect(await records.read("fox")).toEqual(record);
    await expect(records.create(make("fox"))).rejects.toThrow("exists already");
    record.taskid = "t";
    await records.update(record, { isDurable: true });
    await records.update({ ...record, state: "accepted" }, { isDurable: false });
    expect(await records.read("fox")).toMatchObject({ taskid: "t", state: "accepted" });
    expect(await records.list()).toEqual(["fox"]);
    expect(await readdir(records.folder)).toEqual(["fox.record.json"]);
    expect(await records.read("another")).toBe(undefined);
  });

  it("of one folder can be written at the same time", async () => {
    const records = openRecords(await makeFolder());
    const ids = Array.from({ length: 50 }, (_, index) => `r${index}`);
    await Promise.all(ids.map((id) => records.create(make(id))));
    expect(await records.list()).toEqual(ids.toSorted());
  });

  it("that cannot be written say where and why, and leave nothing behind", async () => {
    const folder = await makeFolder();
    const records = openRecords(folder);
    await mkdir(records.pathOf("folder"));
    const failure = {
      name: "RecordError",
      message: expect.stringContaining("folder.record.json cannot be written") as string,
    };
    await expect(records.update(make("folder"), { isDurable: true })).rejects.toMatchObject(failure);
    expect(await readdir(folder)).toEqual(["folder.record.json"]);
    await rm(folder, { recursive: true });
    await expect(records.update(make("fox"), { isDurable: true })).rejects.toThrow("ENOENT");
    await writeFile(folder, "");
    await expect(records.update(make("fox"), { isDurable: true })).rejects.toThrow("no folder (ENOTDIR)");
  });

  it("are refused if they are not what they should be", async () => {
    const records = openRecords(await makeFolder());
    await mkdir(records.pathOf("folder"));
    await expect(records.read("folder")).rejects.toThrow("folder.record.json cannot be read (EISDIR)");
    for (const text of ["", "null", "{}", '{"version":1,"id":"another"}']) {
      await writeFile(records.pathOf("fox"), text);
      await expect(records.read("fox")).rejects.toThrow("no record that this version can read");
      expect(await readFile(records.pathOf("fox"), "utf8")).toBe(text);
    }
  });
});
