import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { writable } from "../../scripts/update/transaction/transaction.js";
import { root } from "../support/generate.js";

// What a workflow may do to the repository and the registry, read off the files: the code of the vendor's pages, of
// dependencies and of this project runs only where nothing can be written.

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Job {
  permissions?: Record<string, string>;
  steps: Step[];
}

interface Workflow {
  on: Record<string, unknown>;
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

const folder = join(root, ".github/workflows");
const files = readdirSync(folder);
const read = (file: string): string => readFileSync(join(folder, file), "utf8");
const parseWorkflow = (file: string): Workflow => parse(read(file)) as Workflow;
const jobs = files.flatMap((file) =>
  Object.entries(parseWorkflow(file).jobs).map(([name, job]) => ({ name: `${file}: ${name}`, job })),
);

const canWrite = ({ permissions = {} }: Job): boolean => Object.values(permissions).includes("write");
const usesOf = ({ steps }: Job, action: string): Step[] =>
  steps.filter(({ uses }) => uses?.startsWith(`${action}@`));
const scriptOf = ({ steps }: Job): string => steps.flatMap(({ run }) => run ?? []).join("\n");

describe.each(files)("%s", (file) => {
  const workflow = parseWorkflow(file);

  test("reads only, unless a job asks for more, and never runs for a stranger's pull request with rights", () => {
    expect(workflow.permissions).toEqual({ contents: "read" });
    expect(Object.keys(workflow.on)).not.toContain("pull_request_target");
    expect(Object.keys(workflow.on)).not.toContain("workflow_run");
  });

  test("pins every action to a commit, with its version beside it", () => {
    const lines = read(file)
      .split("\n")
      .filter((line) => /^\s*-?\s*uses:/.test(line));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toMatch(/uses: actions\/[\w-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test("puts no expression into a script: what stands in one would be run", () => {
    for (const job of Object.values(workflow.jobs)) expect(scriptOf(job)).not.toContain("${{");
  });
});

test("there are jobs of both kinds", () => {
  expect(jobs.filter(({ job }) => canWrite(job)).length).toBeGreaterThan(1);
  expect(jobs.filter(({ job }) => !canWrite(job)).length).toBeGreaterThan(1);
});

test.each(jobs)("$name leaves no token behind in the checkout", ({ job }) => {
  for (const step of usesOf(job, "actions/checkout"))
    expect(step.with).toMatchObject({ "persist-credentials": false });
});

test.each(jobs.filter(({ job }) => canWrite(job)))(
  "$name can write, and runs neither dependencies nor the project",
  ({ job }) => {
    expect(scriptOf(job)).not.toMatch(
      /\bnpm (ci|i|install|install-test|run|test|exec|pack)\b|\bnpx\b|\bnode\b/,
    );
  },
);

describe("an update of the specification", () => {
  const { update, "pull-request": pullRequest } = parseWorkflow("spec-update.yml").jobs;

  test("fetches, generates and tests in a job that can only read", () => {
    expect(scriptOf(update!)).toMatch(/npm run --silent spec:update/);
    expect(canWrite(update!)).toBe(false);
  });

  test("opens the pull request in another job, from a patch of what an update writes", () => {
    expect(pullRequest?.permissions).toEqual({ contents: "write", "pull-requests": "write" });
    const script = scriptOf(pullRequest!);
    const included = [...script.matchAll(/--include="(.*?)"/g)].map(([, path]) => path!);
    expect(script).toMatch(/git apply --index/);
    expect(included).toEqual(["spec/*", "generated/*", "CHANGELOG.md", "README.md"]);
    for (const path of included) expect(path.replace("*", "file.ts")).toMatch(writable);
    const added = /^git add (.*)$/m.exec(scriptOf(update!))?.[1];
    expect(added?.split(" ")).toEqual(included.map((path) => path.replace("/*", "")));
  });
});

describe("a release", () => {
  const { build, publish } = parseWorkflow("publish.yml").jobs;

  test("is built, tested and packed in a job that can only read", () => {
    expect(scriptOf(build!)).toMatch(/npm ci\n(.*\n)*npm test\n(.*\n)*npm pack/);
    expect(canWrite(build!)).toBe(false);
  });

  test("is published as the tarball of that job, without its scripts, by the one job that can sign", () => {
    const signing = jobs.filter(({ job }) => job.permissions?.["id-token"] !== undefined);
    expect(signing.map(({ name }) => name)).toEqual(["publish.yml: publish"]);
    expect(publish?.permissions).toEqual({ "id-token": "write" });
    expect(usesOf(publish!, "actions/checkout")).toEqual([]);
    expect(scriptOf(publish!)).toBe(
      "npm publish --ignore-scripts --provenance --access public ./release/*.tgz",
    );
  });
});
