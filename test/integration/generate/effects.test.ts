import { cp, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compiler } from "../../support/compile.js";
import { copySpec, generate, makeFolder, root, run } from "../../support/generate.js";
import type { Edits } from "../../support/generate.js";
import { loadProgram } from "../../support/load.js";

// What becomes of the client and the mock server when a document changes: the sources as they are, beside code that was
// generated from another `spec/`, type-checked and run in a folder of their own.

interface Program {
  /** Statements that must pass the type checker. */
  types: string;
  /** Statements that put what happens into `results`; `client` and `mock` are there. */
  statements: string;
}

const imports = `
  import { createClient } from "./src/index.js";
  import type { Client, Model, ModelInput, Submission, Task } from "./src/index.js";
  import { startMockServer } from "./src/mock-server/index.js";
`;

const frame = (statements: string) => `${imports}
  export const results: Record<string, unknown> = {};
  const mock = await startMockServer({ taskDurationMs: 0 });
  const client: Client = createClient({ apiKey: "key-1", baseUrl: mock.url });
  const faultOf = (work: Promise<unknown>) => work.then(
    () => "no fault",
    ({ code, issues }: { code: string; issues?: unknown }) => ({ code, issues }),
  );
  ${statements}
  await mock.close();
`;

async function prepare(folder: string, edits: Edits, { types, statements }: Program): Promise<string[]> {
  await cp(join(root, "src"), join(folder, "src"), { recursive: true });
  await writeFile(join(folder, "types.ts"), imports + types);
  await writeFile(join(folder, "program.ts"), frame(statements));
  return ["--spec", await copySpec(join(folder, "spec"), edits), "--out", join(folder, "generated")];
}

const newField = `
                strength:
                  type: integer
                  description: How much of the source image stays
                  maximum: 100
                imageUrl:`;

const changed: Program = {
  types: `
    export const known: ModelInput<"seedreamv5"> = { prompt: "x", strength: 7, referenceUrl: "https://x.example" };
    // @ts-expect-error the new field is a number
    export const text: ModelInput<"seedreamv5"> = { prompt: "x", strength: "7" };
    // @ts-expect-error the field has another name now
    export const renamed: ModelInput<"seedreamv5"> = { prompt: "x", category: "seedreamv5" };
    export const models: Model[] = ["seedreamv5", "zimage"];
    // @ts-expect-error there is no such model
    export const unknown: Model = "seedreamv6";
    export const submit = (client: Client) =>
      client.submit("zimage", { prompt: "x", resolution: "1024*1024", seed: 7, prompt_extend: "1" });
    // @ts-expect-error the enum is closed
    export const extended: ModelInput<"zimage"> = { prompt: "x", prompt_extend: "2" };
    // @ts-expect-error this model has no batches
    export const batch: ModelInput<"zimage"> = { prompt: "x", batchsize: 2 };
    export const raw = (client: Client) => client.api.POST("/v1/images/zimage", { body: { prompt: "x" } });
  `,
  statements: `
    const path = "/v1/images/seedreamv5";
    const raw = async (body: object, to: never = path as never) =>
      ((await client.api.POST(to, { body } as never)) as { data?: unknown }).data;
    const prompt = "a red fox";

    results.elevenChecked = await faultOf(client.submit("seedreamv5", { prompt, batchsize: 11 }));
    results.nothingSent = mock.requests.length;
    results.elevenServed = await raw({ prompt, batchsize: 11 });
    results.ten = (await client.submit("seedreamv5", { prompt, batchsize: 10 })).urls;

    const submitted = { prompt, strength: 7, referenceUrl: "https://x.example", kind: "any" };
    await client.submit("seedreamv5", submitted);
    results.newFieldSent = mock.requests.at(-1)?.fields;
    results.newFieldChecked = await faultOf(client.submit("seedreamv5", { prompt, strength: 101 }));
    results.newFieldServed = await raw({ prompt, strength: 7.5 });
    results.oldNameChecked = await faultOf(client.submit("seedreamv5", { prompt, imageUrl: "x" } as never));
    results.oldNameServed = await raw({ prompt, category: "x" });

    const { urls: three } = await client.generate("seedreamv5", { prompt: prompt + " [mock:instant]" });
    results.withoutCount = [three.length, mock.ledger.at(-1)?.images];

    const { status, urls } = await client.generate("zimage", { prompt, seed: -7, prompt_extend: "0" });
    results.zimage = { status, urls: urls.length };
    const submit = mock.requests.findLast(({ role }) => role === "submit");
    results.zimageSent = { path: submit?.path, fields: submit?.fields, model: mock.ledger.at(-1)?.model };
    const bad = { seed: "7", prompt_extend: "2", batchsize: 1 };
    results.zimageChecked = await faultOf(client.submit("zimage", bad as never));
    results.seedsChecked = await Promise.all(
      [1e21, -(2 ** 53), Infinity, NaN, 0.5].map((seed) => faultOf(client.submit("zimage", { prompt, seed }))),
    );
    results.zimageServed = await raw({ prompt, prompt_extend: "2" }, "/v1/images/zimage" as never);
  `,
};

/** Other names for all that the service calls by a name. */
const otherNames: [RegExp, string][] = [
  [/\btaskid\b/g, "task_key"],
  [/\bimage_status\b/g, "progress"],
  [/\berror_message\b/g, "why"],
  [/\bcode\b/g, "result"],
  [/\bmsg\b/g, "remark"],
  [/(?<!form-)\bdata\b/g, "content"],
  [/\burl:|^url$/g, "links:"],
  [/properties\.url\b/g, "properties.links"],
  [/\bbatchsize\b/g, "number_of_images"],
  [/\bresolution\b/g, "dimensions"],
  [/\bprompt\b/g, "wish"],
  [/\/v1\/images\/seedreamv5/g, "/v2/pictures/seedreamv6"],
  [/\/v1\/images\/infobytaskid/g, "/v2/pictures/state"],
  [/x-default-model: seedreamv5/g, "x-default-model: seedreamv6"],
  [/\b(1000|9000|9999)\b/g, "5$1"],
];

/** A line of the overlay's tables of roles. */
const roles =
  /^\s*(code|message|data|taskid|url|status|errorMessage|prompt|startTime|width|height|count|size|files|address): /;

/** The names of the roles and of the extensions, which are ours and stay. */
function rename(text: string): string {
  return text
    .split("\n")
    .map((line) => {
      if (/^\s*x-role:/.test(line)) return line;
      const role = /^(\s*)([a-zA-Z]+): (\w+|\{.*\})$/.exec(roles.test(line) ? line : "");
      const renamed = (part: string) =>
        otherNames.reduce((result, [name, other]) => result.replace(name, other), part);
      return role ? `${role[1]}${role[2]}: ${renamed(role[3]!).replace(/:$/, "")}` : renamed(line);
    })
    .join("\n")
    .replaceAll("links: https", "url: https");
}

const renamedAll: Program = {
  types: `
    export const input: ModelInput<"seedreamv6"> = { wish: "x", number_of_images: 2, dimensions: "1:1" };
    export const read = (task: Task): string | undefined => "progress" in task.raw ? task.raw.why : undefined;
    export const submitted = ({ raw }: Submission): string | undefined => raw.links;
  `,
  statements: `
    const task = await client.generate("seedreamv6", { wish: "a red fox", number_of_images: 2, dimensions: "320x200" });
    const { status, urls, width, height, raw, taskid } = task;
    results.task = { status, urls: urls.length, width, height, raw: Object.keys(raw) };
    results.sameTask = taskid === mock.ledger[0]?.taskid && mock.ledger[0]?.images === 2;
    results.sent = mock.requests.map(({ path, fields }) => [path, Object.keys(fields)]);
    results.failed = await faultOf(client.generate("seedreamv6", { wish: "x [mock:task-failed]" }));
    results.refused = await faultOf(client.submit("seedreamv6", { wish: "x [mock:insufficient-credits]" }));
    results.header = mock.requests[0]?.headers["x-key"];
    results.anonymous = await faultOf(createClient({ apiKey: null, baseUrl: mock.url }).submit("seedreamv6", { wish: "x" }));
  `,
};

const toHeader = (text: string) =>
  text.replace(/type: http\n {8}scheme: bearer/, "type: apiKey\n        in: header\n        name: X-Key");

let types: { exitCode: number | null; output: string };
let effects: Record<"changed" | "renamed", Record<string, unknown>>;

beforeAll(async () => {
  const folder = await makeFolder(afterAll);
  for (const file of ["package.json", "tsconfig.json"]) await cp(join(root, file), join(folder, file));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  const runs = [
    await prepare(
      join(folder, "changed"),
      {
        "seedreamv5.yaml": (text) =>
          text
            .replace(/maximum: \d+/, "maximum: 10")
            .replace(/default: \d+\n/, "default: 3\n")
            .replace(/\n {16}imageUrl:/, newField)
            .replace("imageUrl:", "referenceUrl:")
            .replace(/\n {16}category:/, "\n                kind:"),
        "zimage.yaml": await readFile(join(root, "test/fixtures/zimage.yaml"), "utf8"),
      },
      changed,
    ),
    await prepare(
      join(folder, "renamed"),
      { "seedreamv5.yaml": rename, "overlay.yaml": (text) => toHeader(rename(text)) },
      renamedAll,
    ),
  ];
  for (const { exitCode, errors } of await generate(runs)) if (exitCode !== 0) throw new Error(errors);

  // One compiler for both: most of its time goes into what both import.
  const project = {
    extends: "./tsconfig.json",
    include: ["*/types.ts"],
    compilerOptions: { noUnusedLocals: false },
  };
  await writeFile(join(folder, "tsconfig.types.json"), JSON.stringify(project));
  await writeFile(
    join(folder, "programs.ts"),
    `export { results as changed } from "./changed/program.js";
     export { results as renamed } from "./renamed/program.js";`,
  );
  [types, effects] = await Promise.all([
    run([compiler, "--project", "tsconfig.types.json"], folder),
    loadProgram<typeof effects>(join(folder, "programs.ts")),
  ]);
});

test("the sources fit the changed documents as they are, and the types have changed with them", () => {
  expect(types).toEqual({ exitCode: 0, output: "" });
});

describe("a changed document changes the types, the checks and the mock server", () => {
  test("a lower maximum is kept by the client and by the mock server", () => {
    expect(effects.changed).toMatchObject({
      elevenChecked: { code: "INVALID_INPUT", issues: [{ path: "batchsize", message: "must be <= 10" }] },
      nothingSent: 0,
      elevenServed: { code: 9999, msg: expect.stringContaining("batchsize must be <= 10") as string },
      ten: [],
    });
  });

  test("a new field is sent, and checked on both sides", () => {
    expect(effects.changed).toMatchObject({
      newFieldSent: { prompt: "a red fox", strength: 7, referenceUrl: "https://x.example", kind: "any" },
      newFieldChecked: { code: "INVALID_INPUT", issues: [{ path: "strength", message: "must be <= 100" }] },
      newFieldServed: {
        code: 9999,
        msg: expect.stringContaining("strength must be sent as integer") as string,
      },
    });
  });

  test("a field that is left out stands for the new default on both sides", () => {
    expect(effects.changed.withoutCount).toEqual([3, 3]);
  });

  test("a field's old name is refused on both sides", () => {
    expect(effects.changed).toMatchObject({
      oldNameChecked: { code: "INVALID_INPUT", issues: [{ path: "imageUrl" }] },
      oldNameServed: {
        code: 9999,
        msg: expect.stringContaining("category is not a field of this operation") as string,
      },
    });
  });

  test("a second document brings its model", () => {
    expect(effects.changed).toMatchObject({
      zimage: { status: "completed", urls: 1 },
      zimageSent: {
        path: "/v1/images/zimage",
        fields: { prompt: "a red fox", seed: -7, prompt_extend: "0" },
        model: "zimage",
      },
      zimageServed: { code: 9999, msg: expect.stringContaining("prompt_extend") as string },
    });
    const { issues } = effects.changed.zimageChecked as {
      issues: { path: string; message: string }[];
    };
    expect(issues.map(({ path }) => path).sort()).toEqual(["batchsize", "prompt", "prompt_extend", "seed"]);
    expect(issues.find(({ path }) => path === "prompt_extend")?.message).toMatch(/0, 1$/);
  });
});

test("a whole number without bounds is refused where it would not arrive as it is", () => {
  const { seedsChecked } = effects.changed as {
    seedsChecked: { code: string; issues: { path: string }[] }[];
  };
  expect(seedsChecked).toHaveLength(5);
  for (const { code, issues } of seedsChecked) {
    expect(code).toBe("INVALID_INPUT");
    expect(issues[0]).toMatchObject({ path: "seed" });
  }
});

describe("no name of the service is written by hand", () => {
  test("an image is made under the other names alone", () => {
    expect(effects.renamed).toMatchObject({
      task: {
        status: "completed",
        urls: 2,
        width: 320,
        height: 200,
        raw: expect.arrayContaining(["task_key", "progress", "links"]) as string[],
      },
      sameTask: true,
      sent: [
        ["/v2/pictures/seedreamv6", ["wish", "number_of_images", "dimensions"]],
        ["/v2/pictures/state", ["task_key"]],
      ],
    });
  });

  test("failures are told by the other names and numbers", () => {
    expect(effects.renamed).toMatchObject({
      failed: { code: "TASK_FAILED" },
      refused: { code: "INSUFFICIENT_CREDITS" },
    });
  });

  test("the key goes into the header that the document names", () => {
    expect(effects.renamed).toMatchObject({ header: "key-1", anonymous: { code: "AUTHENTICATION" } });
  });
});
