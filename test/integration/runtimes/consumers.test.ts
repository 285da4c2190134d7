import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { tarball } from "../support/package.js";
import { folder, makeScratchFolder } from "../support/places.js";
import { run } from "../support/run.js";

/** Types of a page: no types of Node. */
const page = `
  import { createClient, downloadImage, TensorsLabError } from "tensorslab-images";
  import type { ClientOptions, Model, ModelInput, Outcome, Task } from "tensorslab-images";
  const maybe: string | undefined = location.hash || undefined;
  const options: ClientOptions = { baseUrl: maybe, apiKey: null, submitTimeoutMs: undefined };
  const model: Model = "seedreamv5";
  const input: ModelInput<"seedreamv5"> = { prompt: "a fox", sourceImage: [new File([], "a.png")], batchsize: undefined };
  export async function make(): Promise<[Task, Blob, Outcome | undefined]> {
    const client = createClient(options);
    const task = await client.generate(model, input, { signal: undefined, onStatus: ({ status }) => void status });
    // @ts-expect-error fields are the document's: nothing became \`any\` on the way
    await client.submit(model, { prompt: 1 });
    // @ts-expect-error
    task.nothing;
    return [task, await downloadImage(task.urls[0] ?? ""), ({} as TensorsLabError).outcome];
  }
`;

/** Types of a server: no types of a page. */
const server = `
  import { createClient, createProxyHandler } from "tensorslab-images";
  import { fileFromPath, saveImages } from "tensorslab-images/node";
  import { startMockServer } from "tensorslab-images/mock-server";
  import type { MockServer } from "tensorslab-images/mock-server";
  export async function make(): Promise<string[]> {
    const mock: MockServer = await startMockServer({ taskDurationMs: 0 });
    const client = createClient({ apiKey: "any", baseUrl: mock.url });
    const task = await client.generate("seedreamv5", { prompt: "a fox", sourceImage: [await fileFromPath("a.png")] });
    // @ts-expect-error a port is a number
    await startMockServer({ port: "80" });
    return saveImages(task, "images");
  }
  export const handler: (request: Request) => Promise<Response> = createProxyHandler({ authorize: () => "visitor-1" });
`;

/** The oldest and the newest; the one between compiles the README in the other tests. */
const compilers = ["5.4", "7"];

/** Where a page is written for, and a server: what each has beside the language itself, and how it finds modules. */
const programs = [
  { name: "page", source: page, lib: ["es2022", "dom", "dom.iterable"], types: [], resolutions: ["bundler"] },
  {
    name: "server",
    source: server,
    lib: ["es2022"],
    types: ["node"],
    resolutions: ["node16", "nodenext", "bundler"],
  },
];

const cases = compilers.flatMap((compiler) =>
  programs.flatMap(({ resolutions, ...program }) =>
    resolutions.map((moduleResolution) => ({ ...program, compiler, moduleResolution })),
  ),
);

test.each(cases)(
  "a $name compiles under TypeScript $compiler, $moduleResolution",
  async ({ name, source, lib, types, compiler, moduleResolution }) => {
    const compilerOptions = {
      module: moduleResolution === "bundler" ? "es2022" : moduleResolution,
      moduleResolution,
      lib,
      types,
      target: "es2022",
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false, // the package's own types are checked too
      noEmit: true,
    };
    const place = await makeScratchFolder(name);
    await writeFile(join(place, "main.ts"), source);
    await writeFile(join(place, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["main.ts"] }));
    await runNode([`node_modules/typescript-${compiler}/bin/tsc`, "--project", place]);
  },
);

describe("the tarball", () => {
  test("has nothing that publint would change, except how a bundler finds what a page needs less of", async () => {
    const { stdout } = await runNode(["node_modules/publint/src/cli.js", "run", tarball, "--strict"]);
    // Not `imports`: those name built files, and tests and scripts run the sources.
    const lines = stripVTControlCharacters(stdout).split("\n"); // coloured where `CI` is set
    const changes = lines.filter((line) => /^\d+\. /.test(line));
    expect(changes).toEqual([expect.stringContaining("pkg.browser with an object value")]);
  });

  test("has types in every module system, says attw", async () => {
    const attw = "node_modules/@arethetypeswrong/cli/dist/index.js";
    await runNode([attw, tarball, "--profile", "esm-only", "--format", "ascii"]);
  });
});

const runNode = (parameters: string[]) => run(process.execPath, parameters, { cwd: folder });
