import { readFile, watch, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeFolder, root } from "../../support/generate.js";
import { addSources, makeProject, readProject, startUpdate, update } from "../../update/project.js";

test("an update that is killed while it is verified keeps others out until then, and is made anew", async () => {
  const folder = await makeFolder(afterAll);
  const project = await makeProject(join(folder, "killed"), "https://127.0.0.1/page");
  await addSources(project, "");
  await writeFile(
    join(project, "test/contract/mark.test.ts"),
    `import { existsSync, writeFileSync } from "node:fs";
import { test } from "vitest";

test("waits for its end when it runs for the first time", { timeout: 600_000 }, async () => {
  const isFirst = !existsSync("mark");
  writeFileSync("mark", "");
  if (isFirst) await new Promise((resolve) => setTimeout(resolve, 600_000));
});
`,
  );
  const document = await readFile(join(root, "spec/seedreamv5.yaml"), "utf8");
  const page = join(folder, "page.yaml");
  await writeFile(page, document.replace("maximum: 15", "maximum: 20"));
  const untouched = await readProject(project);

  const events = watch(project);
  const first = startUpdate(["--project", project, page]);
  for await (const { filename } of events) if (filename === "mark") break;
  const runs = [
    ["--project", project, page],
    ["--check", "--json", "--project", project, page],
  ];
  const [second, checked] = await update(runs);
  first.kill();
  await first.closed;
  expect(second).toMatchObject({ exitCode: 1, output: "" });
  expect(second?.errors).toMatch(/^Another update is running in this project: wait for it to end\./);
  expect(checked?.exitCode).toBe(1);
  expect(checked?.errors).toMatch(/^An update is running or was interrupted/);
  expect(JSON.parse(checked!.output)).toEqual({ error: checked?.errors });
  expect(await readProject(project)).not.toEqual(untouched);

  const [third, fourth] = await update([
    ["--json", "--project", project, page],
    ["--json", "--project", project, page],
  ]);
  expect(third).toMatchObject({ exitCode: 10, errors: "" });
  const { warnings, ...report } = JSON.parse(third!.output) as { warnings: string[] };
  expect(warnings).toEqual([
    expect.stringMatching(/^An update was interrupted; it was undone: spec\/seedreamv5\.yaml, /),
  ]);
  expect(report).toMatchObject({ verdict: "compatible", checks: "passed", changes: [{ aspect: "bounds" }] });
  expect(fourth).toMatchObject({ exitCode: 0, errors: "" });
  expect(Object.keys(await readProject(project)).sort()).toEqual([...Object.keys(untouched), "mark"].sort());
});
