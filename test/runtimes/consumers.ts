import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./fetch.js";
import type { Workshop } from "./fetch.js";

/** What a page has: no types of Node. */
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

/** What a server has: no types of a page. */
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
  export const handler: (request: Request) => Promise<Response> = createProxyHandler({ authorize: () => true });
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

/** Programs that use every entry, under each compiler and module resolution, the package's own types checked too. */
export async function tryCompilers({ folder }: Workshop): Promise<Record<string, string>> {
  async function compile(compiler: string): Promise<[string, string][]> {
    const results: [string, string][] = [];
    for (const { name, source, lib, types, resolutions } of programs) {
      for (const moduleResolution of resolutions) {
        const compilerOptions = {
          module: moduleResolution === "bundler" ? "es2022" : moduleResolution,
          moduleResolution,
          lib,
          types,
          target: "es2022",
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          skipLibCheck: false,
          noEmit: true,
        };
        const place = join(folder, "consumers", `${name}-${compiler}-${moduleResolution}`);
        await mkdir(place, { recursive: true });
        await writeFile(join(place, "main.ts"), source);
        await writeFile(
          join(place, "tsconfig.json"),
          JSON.stringify({ compilerOptions, include: ["main.ts"] }),
        );
        const tsc = `node_modules/typescript-${compiler}/bin/tsc`;
        const found = await output(folder, [tsc, "--project", place]);
        results.push([`a ${name} under TypeScript ${compiler}, ${moduleResolution}`, found]);
      }
    }
    return results;
  }
  return Object.fromEntries((await Promise.all(compilers.map(compile))).flat());
}

/** What others say of the tarball: publint of its manifest, attw of its types in every module system. */
export async function tryLinters({ folder, tarball }: Workshop): Promise<Record<string, string>> {
  const cli = join("node_modules", "@arethetypeswrong/cli/dist/index.js");
  return {
    // Every line of publint is a suggestion at least.
    publint: await output(folder, ["node_modules/publint/src/cli.js", "run", tarball, "--strict"]),
    attw: await output(folder, [cli, tarball, "--profile", "esm-only", "--format", "ascii"]),
  };
}

/** Runs a program of Node; gives "ok", or what it printed when it failed. */
const output = (cwd: string, parameters: string[]): Promise<string> =>
  run(process.execPath, parameters, { cwd }).then(
    () => "ok",
    ({ stdout, stderr }: { stdout: string; stderr: string }) => `${stdout}${stderr}`.trim(),
  );
