import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { makeFolder, root } from "../../support/generate.js";
import { addSources, asPage, makeProject, readProject, startSite, update } from "../../update/project.js";
import type { Outcome, Page, Site } from "../../update/project.js";

// Updates over real https, from pages as the vendor has them. All run in one process, each in a project of its own.

const document = await readFile(join(root, "spec/seedreamv5.yaml"), "utf8");
const zimage = await readFile(join(root, "test/fixtures/zimage.yaml"), "utf8");

function edit(from: string, to: string): string {
  const after = document.replace(from, () => to);
  if (after === document) throw new Error(`the document does not hold ${from}`);
  return after;
}

const answer = (body: string | Uint8Array, headers: Record<string, string> = {}, status = 200): Page => {
  return (_, response) => response.writeHead(status, headers).end(body);
};
const redirect = (location: string): Page => answer("", { location }, 302);
const withSeed = edit(
  "                imageUrl:\n",
  "                seed:\n                  type: integer\n                imageUrl:\n",
);

interface Case {
  /** The response of the page in `sources.yaml`. */
  page?: Page;
  parameters?: (site: Site, folder: string) => string[] | Promise<string[]>;
  exitCode: number;
  output?: RegExp;
  errors?: RegExp;
}

let site: Site;
let unused: string;

const cases: Record<string, Case> = {
  "the same page": { page: answer(asPage(document)), exitCode: 0, output: /Nothing has changed\./ },
  "the same document as plain YAML": {
    page: answer(document),
    exitCode: 0,
    output: /^unchanged +seedreamv5\.yaml/,
  },
  "other words": {
    page: answer(asPage(edit("Prompt (required)", "What to draw"))),
    exitCode: 10,
    output:
      /1 cosmetic:\n +POST \/v1\/images\/seedreamv5\n +request prompt: description changed: Prompt \(required\) → What to draw\n.*Nothing that code relies on has changed\. The next version is 0\.3\.2, a patch release \(now 0\.3\.1\)/s,
  },
  "other bytes that say the same": {
    page: answer(asPage(`# A comment\n${document}`)),
    exitCode: 10,
    output: /The text has changed, but not what it says\./,
  },
  "a new optional field": {
    page: answer(asPage(withSeed)),
    exitCode: 10,
    output:
      /1 compatible:\n.*\n +request seed: field added.*0\.3\.2, a patch release: below 1\.0\.0, compatible changes are a patch release/s,
  },
  "a lower maximum": {
    page: answer(asPage(edit("maximum: 15", "maximum: 10"))),
    exitCode: 20,
    output:
      /1 breaking:\n.*\n +request batchsize: bounds changed: maximum 15 → maximum 10.*0\.4\.0, a minor release: below 1\.0\.0, a minor release is the one that may break/s,
  },
  "a byte order mark before the document": {
    page: answer(`\uFEFF${document}`),
    exitCode: 10,
    output: /but not what it says/,
  },
  "the same document converted to 3.1": {
    page: answer(edit("openapi: 3.0.3", "openapi: 3.1.0").replace("example: 2K", "examples: [2K]")),
    exitCode: 10,
    output: /but not what it says/,
  },
  "an overlay that is needed less": {
    page: answer(asPage(edit("required: false", "required: true"))),
    exitCode: 10,
    output:
      /1 cosmetic in the vendor's documents alone:\n.*\n +request: required changed: false → true\n.*action \d+ is no longer needed: \$\.paths\.\*\.post\.requestBody\n.*Nothing that code relies on/s,
  },
  "a required field that the vendor declares himself": {
    page: answer(
      asPage(
        edit("              properties:\n", "              required: [prompt]\n              properties:\n"),
      ),
    ),
    exitCode: 10,
    output: /action \d+ is no longer needed: \$\.paths\.\*\.post\.requestBody\.content\[.*prompt.*\]\.schema/,
  },
  "an overlay that does not apply any more": {
    page: answer(asPage(document.replaceAll("GeneralData", "JobData"))),
    exitCode: 1,
    output: /action \d+ no longer matches anything: \$\.components\.schemas\.GeneralData/,
    errors: /Nothing was written: fix spec\/overlay\.yaml/,
  },
  "a document that is not valid": {
    page: answer(asPage(edit("minimum: 1\n", "minimum: one\n"))),
    exitCode: 1,
    errors: /^seedreamv5\.yaml:\d+: is not valid OpenAPI: .*minimum must be number/,
  },
  "a document that is no YAML": {
    page: answer(asPage(edit("type: integer", "type: [integer"))),
    exitCode: 1,
    errors: /^seedreamv5\.yaml:\d+: is not YAML/,
  },
  "a page of something else": {
    page: answer("<html>Sign in</html>"),
    exitCode: 1,
    errors: /\/page: holds neither an OpenAPI document/,
  },
  "a page of two documents": {
    page: answer(asPage(document) + asPage(document)),
    exitCode: 1,
    errors: /\/page: holds 2 OpenAPI documents/,
  },
  "a page that is no text": {
    page: answer(Uint8Array.of(0xff, 0xfe)),
    exitCode: 1,
    errors: /\/page: is not text in UTF-8/,
  },
  "an empty page": { page: answer(""), exitCode: 1, errors: /\/page: holds neither/ },
  "no such page": { exitCode: 1, errors: /\/page: HTTP 404/ },
  "a page that fails": { page: answer("", {}, 503), exitCode: 1, errors: /\/page: HTTP 503/ },
  "a page that moved within the host": {
    page: redirect("moved"),
    exitCode: 0,
  },
  "a page that moved to another host": {
    page: (_, response) =>
      response.writeHead(302, { location: `${site.url.replace("127.0.0.1", "localhost")}/moved` }).end(),
    exitCode: 1,
    errors: /is redirected to another host, localhost:\d+/,
  },
  "a page that moved to plain http": {
    page: (_, response) =>
      response.writeHead(301, { location: `${site.url.replace("https", "http")}/moved` }).end(),
    exitCode: 1,
    errors: /only https is fetched, not http:/,
  },
  "a page that moves in circles": {
    page: redirect("page"),
    exitCode: 1,
    errors: /is redirected more than 5 times/,
  },
  "a page that is too long": {
    page: answer(asPage(document)),
    parameters: () => ["--max-bytes", "1000"],
    exitCode: 1,
    errors: /is longer than 1000 bytes/,
  },
  "a page that is too long once it is unpacked": {
    page: answer(gzipSync(Buffer.alloc(10_000_000)), { "content-encoding": "gzip" }),
    exitCode: 1,
    errors: /is longer than 5242880 bytes/,
  },
  "a page that never comes": {
    page: () => {},
    parameters: () => ["--timeout-ms", "200"],
    exitCode: 1,
    errors: /\/page: cannot be fetched: no response within 200 ms/,
  },
  "a page that never ends": {
    page: (_, response) => response.writeHead(200).write("# Half a page"),
    parameters: () => ["--timeout-ms", "200"],
    exitCode: 1,
    errors: /no response within 200 ms/,
  },
  "a page that breaks off": {
    page: (_, response) =>
      response.writeHead(200, { "content-length": "1000" }).write("#", () => response.destroy()),
    exitCode: 1,
    errors: /\/page: cannot be fetched: /,
  },
  "a site that is not there": {
    parameters: () => [unused],
    exitCode: 1,
    errors: /cannot be fetched: .*ECONNREFUSED/,
  },
  "plain http": { parameters: () => ["http://127.0.0.1/page"], exitCode: 1, errors: /only https is fetched/ },
  "a password in the address": {
    parameters: ({ url }) => [url.replace("//", "//me:secret@")],
    exitCode: 1,
    errors: /^127\.0\.0\.1:\d+: a URL that holds a password is not fetched$/,
  },
  "a new page": {
    parameters: ({ url }) => [`${url}/zimage`],
    exitCode: 10,
    output: /added +zimage\.yaml +https:.*POST \/v1\/images\/zimage\n +operation added/s,
  },
  "a new file, in JSON": {
    parameters: (_, folder) => writeNamed(folder, "new.json", JSON.stringify(parse(zimage))),
    exitCode: 10,
    output: /added +zimage\.yaml\n/,
  },
  "a file that replaces a document": {
    parameters: (_, folder) => writeNamed(folder, "page.md", asPage(edit("maximum: 15", "maximum: 20"))),
    exitCode: 10,
    output: /changed +seedreamv5\.yaml.*maximum 15 → maximum 20/s,
  },
  "a page that replaces a document": {
    parameters: ({ url }) => [`${url}/elsewhere`],
    exitCode: 20,
    output: /changed +seedreamv5\.yaml +https:.*\/elsewhere/,
  },
  "a document of the operations of two": {
    parameters: async (_, folder) => {
      const [path] = await writeNamed(folder, "both.yaml", bothOperations());
      return [`${site.url}/zimage`, path!];
    },
    exitCode: 1,
    errors: /both\.yaml: has operations of seedreamv5\.yaml and zimage\.yaml/,
  },
  "a file that is not there": {
    parameters: () => ["no-such-file.yaml"],
    exitCode: 1,
    errors: /no-such-file\.yaml: cannot be used: it does not exist \(ENOENT\)/,
  },
  "an option that is not there": {
    parameters: () => ["--cheque"],
    exitCode: 1,
    errors: /Usage: npm run spec:update/,
  },
  "a timeout that is none": {
    parameters: () => ["--timeout-ms", "soon"],
    exitCode: 1,
    errors: /`--timeout-ms` must be a whole number above 0, not soon/,
  },
};

function bothOperations(): string {
  const [first, second] = [document, zimage].map((text) => parse(text) as { paths: object });
  return JSON.stringify({ ...first, paths: { ...first!.paths, ...second!.paths } });
}

async function writeNamed(folder: string, name: string, text: string): Promise<string[]> {
  await writeFile(join(folder, name), text);
  return [join(folder, name)];
}

let folder: string;
let outcomes: Outcome[];
const before: Record<string, string>[] = [];

// These are not only checked, and come after the others.
const written = Object.keys(cases).length;
const again = written + 1;
const broken = written + 2;
const failing = written + 3;
const project = (name: number): string => join(folder, `project-${name}`);
const asked: (string | undefined)[] = [];

beforeAll(async () => {
  folder = await makeFolder(afterAll);
  site = await startSite();
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  unused = `https://127.0.0.1:${(taken.address() as AddressInfo).port}/page`;
  await new Promise((resolve) => taken.close(resolve));
  const runs = Object.values(cases).map(async ({ page, parameters }, index) => {
    const prefix = `/${index}`;
    if (page) site.pages.set(`${prefix}/page`, page);
    site.pages.set(`${prefix}/moved`, answer(asPage(document)));
    await makeProject(project(index), `${site.url}${prefix}/page`);
    before[index] = await readProject(project(index));
    const files = join(folder, `files-${index}`);
    await mkdir(files);
    return ["--check", "--project", project(index), ...((await parameters?.(site, files)) ?? [])];
  });
  site.pages.set("/zimage", answer(asPage(zimage)));
  site.pages.set("/elsewhere", answer(edit("maximum: 15", "maximum: 10")));

  site.pages.set("/news", (request, response) => {
    const known = request.headers["if-none-match"];
    asked.push(known);
    const isKnown = known === '"2"';
    response.writeHead(isKnown ? 304 : 200, { etag: '"2"' }).end(isKnown ? undefined : asPage(withSeed));
  });
  await makeProject(project(written), `${site.url}/news`, { etag: '"1"' });
  await addSources(project(written), 'export { models } from "../generated/operations.js";\n');

  site.pages.set(
    "/renamed",
    answer(asPage(edit("                imageUrl:\n", "                sourceUrl:\n"))),
  );
  await makeProject(project(broken), `${site.url}/renamed`);
  await addSources(
    project(broken),
    `import type { operations } from "../generated/schema.js";

type Fields = operations["seeDreamV5"]["requestBody"]["content"]["multipart/form-data"];
export type Url = Fields["imageUrl"];
`,
  );
  await makeProject(project(failing), `${site.url}/no-such-page`);
  const writing = [
    ["--json", "--project", project(written)],
    ["--json", "--project", project(written)],
    ["--project", project(broken)],
    ["--json", "--project", project(failing)],
  ];
  outcomes = await update([...(await Promise.all(runs)), ...writing], site.certificate);
}, 600_000);

afterAll(() => site.close());

describe("an update that is only to be checked says what it found, and writes nothing", () => {
  test.each(Object.entries(cases))("%s", async (name, { exitCode, output = /^/, errors = /^$/ }) => {
    const index = Object.keys(cases).indexOf(name);
    const outcome = outcomes[index]!;
    expect(outcome.errors).toMatch(errors);
    expect(outcome.output).toMatch(output);
    expect(outcome.exitCode).toBe(exitCode);
    expect(await readProject(project(index))).toEqual(before[index]);
  });
});

describe("an update", () => {
  test("reports in JSON", () => {
    expect(outcomes[written]).toMatchObject({ exitCode: 10, errors: "" });
    const seed = { operation: "POST /v1/images/seedreamv5", part: "request", field: "seed" };
    expect(JSON.parse(outcomes[written]!.output)).toEqual({
      verdict: "compatible",
      version: { current: "0.3.1", next: "0.3.2", release: "patch" },
      documents: [{ file: "seedreamv5.yaml", page: `${site.url}/news`, status: "changed" }],
      changes: [{ ...seed, kind: "added", aspect: "field", verdict: "compatible", after: "optional" }],
      hidden: [],
      models: {
        added: [],
        removed: [],
        default: { before: "seedreamv5", after: "seedreamv5" },
        notModels: [],
      },
      warnings: [],
      notes: [],
      overlay: { unnecessary: [], unmatched: [] },
      checks: "passed",
    });
  });

  test("writes the document, where it comes from, the code and the changelog, and has it all tested", async () => {
    const files = await readProject(project(written));
    expect(files["spec/seedreamv5.yaml"]).toBe(withSeed);
    expect(files["spec/sources.yaml"]).toMatch(/^# Where each document comes from\.\n/);
    expect(parse(files["spec/sources.yaml"]!)).toEqual({
      "seedreamv5.yaml": {
        page: `${site.url}/news`,
        date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
        sha256: createHash("sha256").update(withSeed).digest("hex"),
        etag: '"2"',
      },
    });
    expect(files["CHANGELOG.md"]).toMatch(
      /^# Changelog\n\n## Unreleased\n\n- The API as of \d{4}-\d\d-\d\d \(`seedreamv5\.yaml`\): compatible changes\.\n {2}- `POST \/v1\/images\/seedreamv5`, `request seed`: field added: `optional`\n- The client\.\n\n## 0\.3\.1\n/,
    );
    expect(files["test/contract/mark"]).toBe("tested");
    expect(Object.keys(files).filter((path) => path.endsWith(".new"))).toEqual([]);
  });

  test("asks for news only, from then on", () => {
    expect(asked).toEqual(['"1"', '"2"']);
    expect(outcomes[again]).toMatchObject({ exitCode: 0, errors: "" });
    expect(JSON.parse(outcomes[again]!.output)).toMatchObject({
      verdict: "none",
      version: { release: "none" },
      changes: [],
    });
  });

  test("that the sources do not fit says so, and has written everything to fix them by", async () => {
    const { exitCode, output, errors } = outcomes[broken]!;
    expect(exitCode).toBe(20);
    expect(output).toMatch(/breaking:.*request imageUrl: field removed.*contract tests: types failed\.$/s);
    expect(errors).toMatch(/^src\/index\.ts\(4,.*imageUrl/);
    expect(errors).toMatch(/Everything was written, but the types fail: fix the sources\.$/);
    const files = await readProject(project(broken));
    expect(files["spec/seedreamv5.yaml"]).toContain("sourceUrl:");
    expect(files["generated/schema.ts"]).toContain("sourceUrl?:");
    expect(files["CHANGELOG.md"]).toContain(
      "**Breaking:** `POST /v1/images/seedreamv5`, `request imageUrl`: field removed",
    );
    expect(files["test/contract/mark"]).toBeUndefined();
  });

  test("that fails says so in JSON as well", () => {
    expect(outcomes[failing]?.exitCode).toBe(1);
    expect(JSON.parse(outcomes[failing]!.output)).toEqual({ error: `${site.url}/no-such-page: HTTP 404` });
  });
});
