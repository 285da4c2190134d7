import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { fence, showCode, showJson, showLines, showText } from "../../../scripts/update/report/show-text.js";
import { makeFolder, root } from "../../support/generate.js";
import { makeProject, readProject, update } from "../../update/project.js";
import type { Outcome } from "../../update/project.js";

// A vendor whose names and texts try to be more than text: in a terminal, in the log of a runner, in Markdown.

const attacks = [
  "\n::error file=a::owned",
  "::set-output name=x::owned",
  "##[error]owned",
  "##vso[task.setvariable variable=PATH]owned",
  "\n## Owned\n",
  "\n~~~~~~~~~~~~~~~~\n# Owned\n",
  "\n````````\n# Owned\n",
  "`owned` <script>owned()</script>",
  "\u001b[2J\u001b]52;c;b3duZWQ=\u0007",
  "\u009b31mowned",
  "a\rowned",
  "\u202eowned",
  "a\u2028b\u2029c\u0085d",
  "\u200bowned",
];
const everything = attacks.join("");
const active = /[^\P{C}\n]|[\p{Zl}\p{Zp}]|::|##\w*\[/u;

test.each(attacks.map((attack) => [attack]))("%j is shown, and does nothing", (attack) => {
  expect(showText(attack)).not.toMatch(active);
  expect(showText(attack)).not.toContain("\n");
  expect(showText(attack)).toContain("owned".slice(0, attack.includes("owned") ? 5 : 0));
  expect(showLines(attack)).not.toMatch(active);
  const json = showJson({ [attack]: attack });
  expect(json).not.toMatch(active);
  expect(JSON.parse(json)).toEqual({ [attack]: attack });
});

test("a span of code ends where it should", () => {
  expect(showCode("a`b``c")).toBe("```a`b``c```");
  expect(showCode("`a`")).toBe("`` `a` ``");
});

test("a fence is longer than any in the text, and what is too long is cut", () => {
  const text = "a\n~~~~\nb\n`````\n";
  expect(fence(text)).toBe("~~~~~text\na\n~~~~\nb\n`````\n\n~~~~~\n");
  for (const long of ["~".repeat(100_000), "~\n".repeat(100_000), "word ".repeat(50_000)]) {
    const block = fence(long);
    expect(block.length).toBeLessThan(65_536);
    const [mark] = /^~+/.exec(block)!;
    expect(block.slice(mark.length, -mark.length - 1)).not.toContain(mark);
    expect(block.endsWith(`\n${mark}\n`)).toBe(true);
  }
});

let project: string;
let summary: string;
let outcomes: Outcome[];

beforeAll(async () => {
  const folder = await makeFolder(afterAll);
  project = join(folder, "project");
  await makeProject(project, "https://127.0.0.1/page");
  const document = parse(await readFile(join(root, "spec/seedreamv5.yaml"), "utf8")) as {
    paths: Record<string, any>;
  };
  const operation = document.paths["/v1/images/seedreamv5"]!;
  const { properties } = operation.post.requestBody.content["multipart/form-data"].schema;
  properties.resolution.pattern = everything;
  properties.resolution.default = everything;
  properties.prompt.description = everything;
  properties.category.enum = attacks;
  for (const attack of attacks) properties[`x${attack}`] = { type: "string" };
  document.paths[`/v1/${everything}`] = {
    get: { operationId: everything, responses: operation.post.responses },
  };
  const file = join(folder, "page.yaml");
  await writeFile(file, stringify(document));
  summary = join(folder, "summary.md");
  const broken = join(folder, "broken.yaml");
  properties.prompt = { $ref: `#/components/schemas/${everything}` };
  await writeFile(broken, stringify(document));
  outcomes = await update([
    ["--check", "--summary", summary, "--project", project, file],
    ["--check", "--json", "--project", project, file],
    ["--check", "--project", project, broken],
    ["--project", project, file],
  ]);
}, 600_000);

test("a report of such a document does nothing, in text and in JSON, however it ends", () => {
  for (const { output, errors } of outcomes) {
    expect(output).not.toMatch(active);
    expect(errors).not.toMatch(active);
  }
  const [text, json, broken] = outcomes;
  expect(text?.output).toContain("owned");
  expect(json?.output).toContain("owned");
  expect(broken?.errors).toContain("owned");
  expect(text?.output.split("\n").every((line) => /^(changed| |\d+ |$|New|The|Existing)/.test(line))).toBe(
    true,
  );
});

test("nor does it leave the fence of a pull request", async () => {
  const text = await readFile(summary, "utf8");
  const [mark] = /^~+/.exec(text)!;
  expect(text).toContain("owned");
  expect(text.split("\n").filter((line) => line.trim().startsWith(mark))).toHaveLength(2);
  expect(text).not.toMatch(active);
});

test("nor does it write a heading into the changelog", async () => {
  const { "CHANGELOG.md": changelog } = await readProject(project);
  expect(changelog).toContain("owned");
  expect(changelog).not.toMatch(active);
  expect(changelog?.match(/^#.*$/gm)).toEqual(["# Changelog", "## Unreleased", "## 0.3.1"]);
  expect(changelog).not.toMatch(/^(?!.*`.*<script>.*`).*<script>/m);
});
