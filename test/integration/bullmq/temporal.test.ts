import { copyFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startMockServer } from "../../../src/mock-server/index.js";
import { makeFolder } from "../../support/generate.js";
import { run } from "../support/run.js";
import { startPostgres } from "../support/services.js";
import { blocksRunBy, compilePrograms } from "./guide.js";

test("a Temporal activity is paid once, tells how far it is, and is asked for by its workflow", async () => {
  const blocks = await blocksRunBy("test/integration/bullmq/temporal.test.ts");
  const programs = await compilePrograms(blocks, ["activities", "workflow"]);
  await copyFile(join(import.meta.dirname, "programs/temporal.js"), join(programs, "temporal.js"));
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  const server = await startMockServer({ taskDurationMs: 5000, imageSize: 16 });
  onTestFinished(() => server.close());
  const folder = await makeFolder();
  const env = {
    PATH: process.env.PATH,
    TENSORSLAB_API_KEY: "any",
    TENSORSLAB_BASE_URL: server.url,
    POSTGRES_URL: postgres.url,
  };
  const { stdout } = await run(process.execPath, [join(programs, "temporal.js")], { cwd: folder, env });
  const results = JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, unknown>;
  const [first, second] = server.ledger.map(({ taskid }) => taskid);
  const file = expect.stringContaining(join("images", `${first}-1.png`));
  expect(results.saved).toEqual([[file], [file]]);
  expect(await readdir(join(folder, "images"))).toEqual([`${first}-1.png`]);
  expect(results.heartbeats).toBeGreaterThan(0);
  expect(results.cancelled).toMatch(/Abort|Cancel/);
  expect(server.ledger.map(({ taskid }) => taskid)).toEqual([first, second]);
  expect(results.workflow).toBe("replayed");
  expect(results.another).toMatch(/another/);
});
