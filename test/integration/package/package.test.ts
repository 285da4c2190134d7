import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installPackage, root, run } from "./install.js";
import type { InstalledPackage } from "./install.js";
import { bundleForBrowser, sizeOf } from "./size.js";
import { refusingUrl } from "../../support/closed-port.js";
import { compiler } from "../../support/compile.js";

let installed: InstalledPackage;
beforeAll(async () => {
  installed = await installPackage();
});
afterAll(() => installed.remove());

const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
  bin: Record<string, string>;
  exports: Record<string, string>;
  dependencies: Record<string, string>;
};

/** The modules that a program can import, by name. */
const entryPoints = Object.keys(manifest.exports)
  .filter((entry) => entry !== "./package.json")
  .map((entry) => join("tensorslab-images", entry));

/** Compiles a folder with these options; fails with what the compiler says. */
async function compile(folder: string, compilerOptions: object): Promise<void> {
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  await run(process.execPath, [compiler, "--project", folder]).catch(({ stdout }: { stdout: string }) =>
    expect.unreachable(stdout),
  );
}

/** Runs a program in the project that has the package installed. */
async function runProgram(source: string, environment: Record<string, string> = {}, flags: string[] = []) {
  const { stdout } = await run(process.execPath, [...flags, "--input-type=module", "--eval", source], {
    cwd: installed.folder,
    env: { PATH: process.env.PATH, ...environment },
  });
  return stdout;
}

describe("the packed package", () => {
  it("holds what is imported, its types and what a package needs, and nothing else", async () => {
    const inSources = await readdir(join(root, "src"), { recursive: true });
    // What runs in a browser is bundled into the mock server's page.
    const sources = inSources.filter((path) => path.endsWith(".ts") && !path.includes("page/app/"));
    const guides = inSources.filter((path) => path.endsWith(".md")).map((path) => `src/${path}`);
    const generated = (await readdir(join(root, "generated"))).filter((path) => path.endsWith(".ts"));
    const declarations = [
      // Nobody imports the command, nor its server for agents.
      ...sources.filter((path) => !/^(cli|mcp)\//.test(path)).map((path) => `src/${path}`),
      ...generated.map((path) => `generated/${path}`),
    ].map((path) => `dist/${path.replace(/\.ts$/, ".d.ts")}`);
    const entries = [...Object.values(manifest.exports), ...Object.values(manifest.bin)].map((path) =>
      path.slice(2),
    );
    // One class for each error, whichever entry point throws it; and what bundlers for browsers replace.
    const shared = ["errors", "reliability/on-servers", "reliability/in-browsers"].map(
      (name) => `dist/src/${name}.js`,
    );
    // The command loads these when it needs them; their names are the bundler's.
    const parts = installed.files.filter((path) => /^dist\/src\/cli\/[\w-]+-[A-Z0-9]{8}\.js$/.test(path));
    expect(parts.length).toBeGreaterThan(1);
    // What the README shows and links to, so that it is complete where the package is installed.
    const linked = [
      ...[
        "AGENTS.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "README.md",
        "SECURITY.md",
        "THIRD-PARTY-NOTICES",
        "spec/README.md",
        "spec/decision-roles.md",
      ],
      ...["batch.svg", "images.png", "page.png"].map((name) => `scripts/pictures/${name}`),
      ...["README.md", "bench/README.md", "bench/chart.svg", "integration/README.md"].map(
        (name) => `test/${name}`,
      ),
    ];
    const expected = [...linked, ...guides, ...declarations, ...entries, ...shared, ...parts];
    expect(installed.files.toSorted()).toEqual(expected.toSorted());
  });

  it("has guides whose links lead to what is in it", async () => {
    const place = join(installed.folder, "node_modules/tensorslab-images");
    const links = [];
    for (const path of installed.files.filter((each) => each.endsWith(".md"))) {
      const text = (await readFile(join(place, path), "utf8")).replace(/^```[^]*?^```/gm, "");
      for (const [, target] of text.matchAll(/\]\((?!https:)([^\s#)]+)(?:#[^)]*)?\)/g))
        links.push({ path, target: join(dirname(path), target!) });
    }
    expect(links.length).toBeGreaterThan(50);
    expect(links.filter(({ target }) => !installed.files.includes(target))).toEqual([]);
  });

  it("has code in ASCII alone, which the engine reads in half the bytes", async () => {
    const place = join(installed.folder, "node_modules/tensorslab-images");
    for (const path of installed.files.filter((each) => each.endsWith(".js"))) {
      expect(await readFile(join(place, path), "latin1"), path).not.toMatch(/[^\x00-\x7f]/);
    }
  });

  it("brings a user one package and its types, and says whose work is bundled", async () => {
    expect(Object.keys(manifest.dependencies)).toEqual(["openapi-fetch"]);
    const place = join(installed.folder, "node_modules/tensorslab-images");
    const scripts = installed.files.filter((path) => path.endsWith(".js"));
    const code = await Promise.all(scripts.map((path) => readFile(join(place, path), "utf8")));
    // The bundler begins what it takes from a file with that file's path.
    const paths = code.flatMap((text) => text.match(/^ *\/\/ (?:\S*\/)?node_modules\/\S+$/gm) ?? []);
    const bundled = new Set(paths.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/[^]*$/.exec(path)![1]!));
    expect([...bundled]).toEqual(expect.arrayContaining(["@fastify/busboy", "commander", "openapi-fetch"]));

    // What the authors of a package have bundled into theirs stands after the path that it had where they did that.
    const files = paths.map((path) => path.replace(/^ *\/\/ \S*?(?=node_modules\/)/, ""));
    const sources = await Promise.all(files.map((path) => readFile(join(root, path), "utf8")));
    const inner = sources.flatMap((text) => text.match(/^\/\/#region \S*node_modules\/\S+$/gm) ?? []);
    for (const path of inner) bundled.add(/^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)![1]!);
    expect([...bundled]).toContain("ajv");

    // The page of the mock server is minified, so its file names are gone.
    for (const name of ["preact", "@preact/signals", "@preact/signals-core"]) bundled.add(name);

    const notices = await readFile(join(place, "THIRD-PARTY-NOTICES"), "utf8");
    const named = [...notices.matchAll(/^-{80}\n(\S+) \S+ \(\S+\)\n-{80}\n\n(?!-)\S/gm)].map(
      ([, name]) => name!,
    );
    expect(named.toSorted()).toEqual([...bundled].toSorted());
    expect(notices).toContain("Copyright (c) 2020 Ethan Arrowood"); // the licence of a folder within a package

    const { stdout } = await run("npm", ["run", "--silent", "sbom"], { cwd: root });
    const { components } = JSON.parse(stdout) as { components: { name: string; version: string }[] };
    const shipped = new Set([...bundled, "openapi-fetch", "openapi-typescript-helpers"]);
    expect(components.map(({ name }) => name).toSorted()).toEqual([...shipped].toSorted());
  });

  it("gives every entry point by its name", async () => {
    const source = entryPoints
      .map((name) => `console.log(Object.keys(await import("${name}")).length > 0)`)
      .join(";");
    expect(await runProgram(source)).toBe("true\n".repeat(entryPoints.length));
  });

  it("loads no part of Node when the client is imported, which would take longer than the client itself", async () => {
    await writeFile(join(installed.folder, "empty.mjs"), "");
    const program = `
      await import("./empty.mjs"); // loads Node's own loader
      const loadedBefore = process.moduleLoadList.length;
      await import("tensorslab-images");
      console.log(process.moduleLoadList.slice(loadedBefore).join());
    `;
    expect(await runProgram(program)).toBe("\n");
  });

  it("has one class for each error, whichever entry point throws it", async () => {
    const program = `
      import { ConfigurationError, InvalidInputError } from "tensorslab-images";
      import { createApi } from "tensorslab-images/api";
      import { fileFromPath } from "tensorslab-images/node";
      await fileFromPath("missing.png").catch((error) => console.log(error instanceof InvalidInputError));
      try { createApi({ apikey: "x" }); } catch (error) { console.log(error instanceof ConfigurationError); }
    `;
    expect(await runProgram(program)).toBe("true\ntrue\n");
  });

  it("has types that need none of a page", async () => {
    const folder = join(installed.folder, "server");
    await mkdir(folder);
    await writeFile(join(folder, "main.ts"), entryPoints.map((name) => `import "${name}";\n`).join(""));
    await compile(folder, {
      module: "NodeNext",
      lib: ["ES2022"],
      types: ["node"],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
    });
  });

  it("makes an image from prompt to disk", async () => {
    const program = `
      import { createClient } from "tensorslab-images";
      import { fileFromPath, saveImages } from "tensorslab-images/node";
      import { startMockServer } from "tensorslab-images/mock-server";
      const server = await startMockServer({ taskDurationMs: 0 });
      const client = createClient({ apiKey: "any", baseUrl: server.url });
      const input = { prompt: "a fox", resolution: "64x64", sourceImage: [await fileFromPath("package.json")] };
      const task = await client.generate("seedreamv5", input);
      const [path] = await saveImages(task, "out");
      console.log(path.endsWith(task.taskid + "-1.png"), server.ledger.length);
      await server.close();
    `;
    expect(await runProgram(program)).toBe("true 1\n");
    expect(await readdir(join(installed.folder, "out"))).toHaveLength(1);
  });

  it("has a command that needs nothing else: it reads lists, and shows images of both kinds", async () => {
    const command = join(installed.folder, "node_modules/.bin/tensorslab-images");
    const start = (...words: string[]) => run(command, words, { cwd: installed.folder });
    expect((await start("--help")).stdout).toContain("Usage: tensorslab-images");
    await writeFile(join(installed.folder, "jobs.csv"), "prompt,resolution\na fox,8x8\n");
    await start("batch", "jobs.csv", "--mock", "--out", "of-batch");
    expect((await readdir(join(installed.folder, "of-batch"))).join()).toContain(".png");
    const { stderr } = await start("generate", "a red fox", "--mock", "--out", "shown", "--preview=blocks");
    expect(stderr).toContain("\u2580"); // half a block: half a pixel of a character
    expect(Object.keys(manifest.bin)).toEqual(["tensorslab-images"]);
  });
});

describe("what a page loads", () => {
  const weigh = (program: string) => sizeOf(program, installed.folder);
  const submitOnly = `
    import { createClient } from "tensorslab-images";
    const { taskid } = await createClient({ baseUrl: "/api" }).submit("seedreamv5", { prompt: "a fox" });
    console.log(taskid);
  `;

  it("does not grow unnoticed", async () => {
    const core = await weigh('export { createClient } from "tensorslab-images"');
    const everything = await weigh('export * from "tensorslab-images"');
    const submit = await weigh(submitOnly);
    const facade = await weigh('export { createApi } from "tensorslab-images/api"');
    console.log(
      `gzipped: createApi ${facade} bytes, createClient ${core}, submit alone ${submit}, everything ${everything}`,
    );
    expect(facade).toBeLessThanOrEqual(6_500);
    expect(core).toBeLessThanOrEqual(18_400);
    expect(submit).toBeLessThan(everything);
  });

  it("has nothing that only Node can tell, which Node itself keeps", async () => {
    const { outputFiles } = await bundleForBrowser(
      'export { createClient } from "tensorslab-images"',
      installed.folder,
    );
    expect(outputFiles[0]!.text).not.toMatch(/undici:|has changed while/);
    const outcome = await runProgram(`
      import { createClient } from "tensorslab-images";
      const client = createClient({ apiKey: "key-12345", baseUrl: "${await refusingUrl()}", submitRetries: 0 });
      console.log(await client.submit("seedreamv5", { prompt: "x" }).catch(({ outcome }) => outcome));
    `);
    expect(outcome.trim()).toBe("not-sent");
  });

  it("is only what it uses: the parts do not pull each other in", async () => {
    const core = await weigh('export { createClient } from "tensorslab-images"');
    expect(await weigh('export { downloadImage } from "tensorslab-images"')).toBeLessThan(core / 3);
    expect(await weigh('export { detectImageType } from "tensorslab-images"')).toBeLessThan(core / 10);
  });
});
