import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { findHiddenChanges } from "../../../scripts/update/changes/compare-vendor.js";
import { describeVersion, nextVersion } from "../../../scripts/update/report/version.js";
import { describeSystemError } from "../../../scripts/generate/system-error.js";
import { makeFolder, root } from "../../support/generate.js";
import { makeProject, readProject, update } from "../../update/project.js";
import type { Outcome } from "../../update/project.js";

// What follows from a change: for the version, for the price, for the models, and for a project that is not as it should
// be. Updates are given as files and only checked; all run in one process, each in a project of its own.

const document = await readFile(join(root, "spec/seedreamv5.yaml"), "utf8");
const zimage = await readFile(join(root, "test/fixtures/zimage.yaml"), "utf8");

function edit(text: string, from: string | RegExp, to: string): string {
  const after = text.replace(from, to);
  if (after === text) throw new Error(`the document does not hold ${String(from)}`);
  return after;
}

const flux = edit(
  edit(zimage, "/v1/images/zimage", "/v1/images/flux"),
  /operationId: .*/,
  "operationId: flux",
);
const credits = `openapi: 3.0.3
info: { title: Credits, version: 1.0.0 }
paths:
  /v1/account/credits:
    get:
      operationId: getCredits
      responses: { "200": { description: How many are left } }
`;
const moved = edit(document, "/v1/images/seedreamv5:", "/v2/images/seedreamv5:");

/** The vendored document with the operation that reads a task, which requires nothing and returns little. */
const statusPage = edit(
  document,
  /^components:\n/m,
  `  /v1/images/infobytaskid:
    post:
      operationId: infoByTaskId
      summary: Task
      requestBody:
        content:
          application/json:
            schema: { type: object, properties: { taskid: { type: string } } }
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema:
                type: object
                properties:
                  code: { type: integer }
                  msg: { type: string }
                  data:
                    type: object
                    properties:
                      taskid: { type: string }
                      image_status: { type: integer }
                      url: { type: array, items: { type: string } }
      security: [{ ApiKeyAuth: [] }]
$&`,
);

interface Case {
  files?: string[];
  /** The change of the project beforehand. */
  prepare?: (project: string) => Promise<unknown>;
  parameters?: string[];
  exitCode: number;
  output?: RegExp;
  errors?: RegExp;
}

const cases: Record<string, Case> = {
  "the key moves to another header": {
    files: [edit(document, "name: Authorization", "name: X-Api-Key")],
    exitCode: 20,
    output: /2 breaking:\n.*\n +auth changed: \["http bearer"\] → \["apiKey header X-Api-Key"\]\n/s,
  },
  "more images are made, and paid for, unless a call says how many": {
    files: [edit(document, "                  default: 1\n", "                  default: 4\n")],
    exitCode: 10,
    output:
      /request batchsize: default changed: 1 → 4\n.*\nWarning: POST \/v1\/images\/seedreamv5: without `batchsize`, a call now makes 4 images instead of 1, and costs accordingly\n/s,
  },
  "the prompt is required by the document itself": {
    files: [
      edit(document, /^( +)properties:\n( +)category/m, "$1required: [prompt]\n$1properties:\n$2category"),
    ],
    exitCode: 10,
    output:
      /1 cosmetic in the vendor's documents alone:\n.*\n +request prompt: required changed: false → true\n.*action \d+ is no longer needed: \$\.paths.*\.schema\n/s,
  },
  "the task id is required by the document itself": {
    files: [edit(document, /( +)GeneralData:\n/, "$&$1  required: [taskid]\n")],
    exitCode: 10,
    output:
      /response 200 data\.taskid: required changed: false → true\n.*action \d+ is no longer needed: \$\.components\.schemas\.GeneralData\n/s,
  },
  "a prompt of three characters at least, where the overlay asks for one": {
    files: [edit(document, /( +)description: Prompt \(required\)\n/, "$&$1minLength: 3\n")],
    exitCode: 20,
    output: /1 breaking:\n.*\n +request prompt: bounds added: minLength 3\n/,
  },
  "free text becomes a list": {
    files: [edit(document, /( +)example: 2K\n/, "$&$1enum: [2K, 4K]\n")],
    exitCode: 20,
    output: /1 breaking:\n.*\n +request resolution: enum added: \["2K","4K"\]\n/,
  },
  "the codes of responses become a list": {
    files: [edit(document, /( +)code:\n( +)type: integer\n/, "$&$2enum: [1000, 9000, 9999]\n")],
    exitCode: 10,
    output: /2 compatible:\n.*\n +response 200 code: enum added: \[1000,9000,9999\]\n/,
  },
  "a field that may be null": {
    files: [edit(document, /( +)imageUrl:\n/, "$1seed: { type: integer, nullable: true }\n$&")],
    exitCode: 10,
    output: /1 compatible:\n.*\n +request seed: field added: optional\n/,
  },
  "JSON beside the form": {
    files: [
      edit(document, /( +)multipart\/form-data:\n/, "$1application/json: { schema: { type: object } }\n$&"),
    ],
    exitCode: 20,
    output: /1 breaking:\n.*\n +request: media type added: application\/json\n/,
  },
  // What the vendor does not say of a response is gone from the types of the response, whoever had said it before.
  "the vendor's page of the status operation says less than the overlay": {
    files: [statusPage],
    exitCode: 20,
    output: new RegExp(
      [
        "16 breaking:",
        "  document",
        "    schema ImageInfoResponse: type name removed: ImageInfoResponse",
        "    schema ImageInfoData: type name removed: ImageInfoData",
        "  POST /v1/images/infobytaskid",
        ...["code", "msg", "data", "data.taskid"].map(
          (field) => `    response 200 ${field}: required changed: true → false`,
        ),
        "    response 200 data.taskid: bounds removed: minLength 1",
        "    response 200 data.image_status: required changed: true → false",
        ...[
          "width",
          "height",
          "starttime",
          "category",
          "prompt",
          "negative",
          "origseed",
          "error_message",
        ].map((field) => `    response 200 data.${field}: field removed`),
        "",
        "4 compatible:",
        "  POST /v1/images/infobytaskid",
        "    request taskid: required changed: true → false",
        "    request taskid: bounds removed: minLength 1",
        "    request {}: additional fields added",
        '    response 200 data.image_status: alternative removed: \\["string"\\]',
        "",
        "13 cosmetic:",
        "  POST /v1/images/infobytaskid",
        '    tags removed: \\["Task Management"\\]',
        "    summary changed: Read a task → Task",
        "[^]*overlay\\.yaml: action \\d+ is no longer needed: \\$\\.paths\\['/v1/images/infobytaskid'\\]\n",
      ].join("\n"),
    ),
  },
  "a page of 3.1 that 3.0 has no words for": {
    files: [
      edit(
        edit(flux, /openapi: .*/, "openapi: 3.1.0"),
        /( +)prompt:\n/,
        "$1tags: { type: object, propertyNames: { pattern: ^a } }\n$&",
      ),
    ],
    exitCode: 1,
    errors:
      /^flux\.yaml:\d+: cannot be converted to OpenAPI 3\.0, which seedreamv5\.yaml uses: remove it, or convert seedreamv5\.yaml to 3\.1 .*propertyNames.*\(at \/paths\/.*\/tags\)$/,
  },
  "a new model, and an operation that is none": {
    files: [flux, credits],
    exitCode: 10,
    output:
      /\nNew model: flux \(POST \/v1\/images\/flux\)\nThe default model is still seedreamv5\.\nNew operation, not a model: GET \/v1\/account\/credits \(for `client\.api`\)\n/,
  },
  "a model whose prompt must be a text and one of two numbers": {
    files: [edit(flux, /( +)prompt:\n/, "$1prompt:\n$1  enum: [1, 2]\n")],
    exitCode: 1,
    errors:
      /^flux\.yaml:\d+: allows no value: none of \[1,2\] is of type string \(at \/paths\/.*\/properties\/prompt\/enum\)$/,
  },
  "a model whose prompt is longer than it may be": {
    files: [edit(flux, /( +)prompt:\n/, "$1prompt:\n$1  minLength: 9\n$1  maxLength: 3\n")],
    exitCode: 1,
    errors:
      /^flux\.yaml:\d+: allows no value: its range from 9 to 3 is empty \(at \/paths\/.*\/properties\/prompt\/maxLength\)$/,
  },
  "a model whose prompt cannot be as short as its pattern needs": {
    files: [edit(flux, /( +)prompt:\n/, "$1prompt:\n$1  pattern: ^a{9}$$\n$1  maxLength: 3\n")],
    exitCode: 1,
    errors:
      /^model flux \(POST \/v1\/images\/flux\): no input was found that its schema allows: none of those tried is valid: .* Correct the schema by an action of spec\/overlay\.yaml/,
  },
  "a file with a path that has moved says what to do": {
    files: [moved],
    exitCode: 1,
    errors:
      /^page-0\.yaml: has operation seeDreamV5 at POST \/v2\/images\/seedreamv5, but seedreamv5\.yaml has it at POST \/v1\/images\/seedreamv5\. If it has moved, add `--replace seedreamv5\.yaml`$/,
  },
  "a document to replace that is not there": {
    files: [moved],
    parameters: ["--replace", "other.yaml"],
    exitCode: 1,
    errors: /^`--replace other\.yaml`: spec\/ has no such document$/,
  },
  "two files in the place of one": {
    files: [moved, flux],
    parameters: ["--replace", "seedreamv5.yaml"],
    exitCode: 1,
    errors: /`--replace` needs exactly one URL or FILE/,
  },
  "a document that was edited by hand, as the vendored one": {
    prepare: (project) =>
      writeFile(join(project, "spec/seedreamv5.yaml"), edit(document, /maximum: \d+/, "maximum: 3")),
    files: [edit(document, /maximum: \d+/, "maximum: 3")],
    exitCode: 20,
    output: /^changed +seedreamv5.*→ maximum 3\n.*Warning: spec\/seedreamv5\.yaml was edited by hand/s,
  },
  "generated/ is missing": {
    prepare: (project) => rm(join(project, "generated"), { recursive: true }),
    files: [document],
    exitCode: 0,
    output: /Warning: generated\/openapi\.json is missing: .*\n\nNothing has changed\./,
  },
  "generated/ is missing, and a field is new": {
    prepare: (project) => rm(join(project, "generated"), { recursive: true }),
    files: [
      edit(
        document,
        "                imageUrl:\n",
        "                hue: { type: integer }\n                imageUrl:\n",
      ),
    ],
    exitCode: 10,
    output: /1 compatible:\n.*\n +request hue: field added.*Warning: generated\/openapi\.json is missing/s,
  },
  "generated/ is damaged": {
    prepare: (project) => writeFile(join(project, "generated/openapi.json"), '{ "openapi":'),
    files: [document],
    exitCode: 0,
    output: /Warning: generated\/openapi\.json is damaged: /,
  },
  "package.json is damaged": {
    prepare: (project) => writeFile(join(project, "package.json"), '{\n"version":'),
    files: [document],
    exitCode: 1,
    errors: /\/package\.json:\d+: is not YAML: /,
  },
  "package.json has no version": {
    prepare: (project) => writeFile(join(project, "package.json"), '{\n"version": "next" }'),
    files: [document],
    exitCode: 1,
    errors: /\/package\.json:2: `version` must be a version such as 1\.2\.3 \(at \/version\)$/,
  },
  "a folder in the place of a file": {
    prepare: async (project) => {
      await rm(join(project, "CHANGELOG.md"));
      await mkdir(join(project, "CHANGELOG.md"));
    },
    files: [edit(document, "Prompt (required)", "What to draw")],
    exitCode: 1,
    errors: /CHANGELOG\.md: cannot be used: it is a folder, but must be a file \(EISDIR\)$/,
  },
  "a project that is not there": {
    parameters: ["--project", "/no/such/project"],
    exitCode: 1,
    errors: /^\/no\/such\/project\/spec: cannot be used: it does not exist \(ENOENT\)$/,
  },
};

/** Where an operation moves, what the overlay says of its path moves with it. */
const replacing: Case = {
  prepare: async (project) => {
    const path = join(project, "spec/overlay.yaml");
    const overlay = await readFile(path, "utf8");
    await writeFile(path, overlay.replaceAll("/v1/images/seedreamv5", "/v2/images/seedreamv5"));
  },
  files: [moved],
  exitCode: 20,
};

let outcomes: Outcome[];
let replaced: { outcome: Outcome; files: Record<string, string> };
let restored: { outcome: Outcome; files: Record<string, string> };

beforeAll(async () => {
  const folder = await makeFolder(afterAll);
  const prepare = async (name: string, { files = [], prepare }: Case): Promise<string[]> => {
    const project = await makeProject(join(folder, name), "https://127.0.0.1/page");
    await prepare?.(project);
    const paths = files.map((_, index) => join(folder, `${name}-files`, `page-${index}.yaml`));
    await mkdir(join(folder, `${name}-files`));
    await Promise.all(paths.map((path, index) => writeFile(path, files[index]!)));
    return ["--project", project, ...paths];
  };
  const runs = Object.values(cases).map(async (one, index) => [
    "--check",
    ...(await prepare(`project-${index}`, one)),
    ...(one.parameters ?? []),
  ]);
  const failing = await prepare("failing", cases["a folder in the place of a file"]!);
  const restoring = await prepare("restoring", cases["generated/ is damaged"]!);
  const results = await update([
    ...(await Promise.all(runs)),
    ["--check", "--json", ...failing],
    [...(await prepare("replacing", replacing)), "--replace", "seedreamv5.yaml"],
    restoring,
  ]);
  outcomes = results;
  replaced = { outcome: results.at(-2)!, files: await readProject(join(folder, "replacing")) };
  restored = { outcome: results.at(-1)!, files: await readProject(join(folder, "restoring")) };
}, 600_000);

test.each(Object.entries(cases))("%s", (name, { exitCode, output = /^/, errors = /^$/ }) => {
  const outcome = outcomes[Object.keys(cases).indexOf(name)]!;
  expect(outcome.errors).toMatch(errors);
  expect(outcome.output).toMatch(output);
  expect(outcome.exitCode).toBe(exitCode);
});

test("an error of the disk is JSON as well", () => {
  const { output, errors, exitCode } = outcomes[Object.keys(cases).length]!;
  expect(exitCode).toBe(1);
  expect(JSON.parse(output)).toEqual({ error: errors });
});

test("a file takes the place of the document that is named", () => {
  expect(replaced.outcome.exitCode).toBe(20);
  expect(replaced.outcome.output).toMatch(/POST \/v1\/images\/seedreamv5\n +operation removed/);
  expect(replaced.files["spec/seedreamv5.yaml"]).toBe(moved);
  const documents = Object.keys(replaced.files).filter((path) => /^spec\/.+\.yaml$/.test(path));
  expect(documents.sort()).toEqual(["spec/overlay.yaml", "spec/seedreamv5.yaml", "spec/sources.yaml"]);
});

test("what is damaged in generated/ is written anew", async () => {
  expect(restored.outcome.exitCode).toBe(0);
  expect(JSON.parse(restored.files["generated/openapi.json"]!)).toEqual(
    JSON.parse(await readFile(join(root, "generated/openapi.json"), "utf8")),
  );
});

test.each([
  ["EACCES", "permission denied"],
  ["ENOSPC", "no space is left on the disk"],
  ["EROFS", "the file system is read-only"],
])("%s says: %s", (code, reason) => {
  const error = Object.assign(new Error(code), { code, syscall: "open", path: "spec/a.yaml" });
  expect(describeSystemError(error)).toBe(`spec/a.yaml: cannot be used: ${reason} (${code})`);
  const moved = Object.assign(error, { path: ".spec-update/after-1", dest: "spec/a.yaml" });
  expect(describeSystemError(moved)).toBe(`spec/a.yaml: cannot be used: ${reason} (${code})`);
});

describe("the version that follows", () => {
  test.each([
    ["0.3.1", "none", "0.3.1", "none"],
    ["0.3.1", "cosmetic", "0.3.2", "patch"],
    ["0.3.1", "compatible", "0.3.2", "patch"],
    ["0.3.1", "breaking", "0.4.0", "minor"],
    ["1.2.3", "cosmetic", "1.2.4", "patch"],
    ["1.2.3", "compatible", "1.3.0", "minor"],
    ["1.2.3", "breaking", "2.0.0", "major"],
  ] as const)("%s, %s: %s, %s", (current, verdict, next, release) => {
    expect(nextVersion(current, verdict)).toEqual({ current, next, release });
  });

  test("is explained below 1.0.0, where the rule is another one", () => {
    const say = (current: string, verdict: "breaking" | "compatible"): string =>
      describeVersion(nextVersion(current, verdict), verdict);
    expect(say("0.1.0", "compatible")).toBe(
      "The next version is 0.1.1, a patch release: below 1.0.0, compatible changes are a patch release (now 0.1.0).",
    );
    expect(say("0.1.0", "breaking")).toBe(
      "The next version is 0.2.0, a minor release: below 1.0.0, a minor release is the one that may break (now 0.1.0).",
    );
    expect(say("1.0.0", "breaking")).toBe("The next version is 2.0.0, a major release (now 1.0.0).");
  });
});

describe("a change beneath the overlay", () => {
  const base = (prompt: string, scheme = "{ type: apiKey, in: header, name: Authorization }") =>
    parse(`
openapi: 3.0.3
info: { title: Pictures, version: 1.0.0 }
paths:
  /v1/pictures:
    post:
      operationId: makePicture
      security: [{ Key: [] }]
      requestBody: { content: { multipart/form-data: { schema: { type: object, properties: { prompt: ${prompt} } } } } }
      responses: { "200": { description: A picture } }
components: { securitySchemes: { Key: ${scheme} } }
`) as Record<string, unknown>;
  const bearer = "{ type: http, scheme: bearer }";
  const text = "{ type: string }";
  const find = (before: object, after: object, effective: object): string[] =>
    findHiddenChanges({ before: { ...before }, after: { ...after } }, { ...effective }, []).map(
      ({ verdict, part, field, aspect }) => [verdict, part, field, aspect].filter(Boolean).join(" "),
    );

  test.each([
    ["the key moves to another header", base(text, "{ type: apiKey, in: header, name: X-Key }")],
    ["the key is sent in another scheme", base(text, "{ type: http, scheme: basic }")],
  ])("%s: breaking", (_, after) => {
    expect(find(base(text), after, base(text, bearer))).toEqual(["breaking operation auth"]);
  });

  test("the vendor comes to demand more than the overlay: breaking", () => {
    const after = base("{ type: string, minLength: 3 }");
    const effective = base("{ type: string, minLength: 1 }");
    expect(find(base(text), after, effective)).toEqual(["breaking request prompt bounds"]);
  });

  test("the vendor comes to say what the overlay says: cosmetic", () => {
    const after = base("{ type: string, minLength: 1 }", bearer);
    expect(find(base(text), after, after)).toEqual([
      "cosmetic operation auth",
      "cosmetic request prompt bounds",
    ]);
  });

  test("what the package changes with is not told twice", () => {
    expect(find(base(text), base(text), base(text))).toEqual([]);
  });
});
