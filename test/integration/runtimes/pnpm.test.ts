import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { folder as packages, root } from "../support/places.js";
import { run } from "../support/run.js";

// pnpm gives each package its own dependencies alone, so a program cannot name what it does not depend on itself.

let project: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "pnpm-")); // outside of the repository, whose packages it must not see
  const store = join(project, "node_modules/.pnpm");
  /** Puts a package into the store, where it sees these other packages and nothing else. */
  async function add(path: string, name: string, dependencies: string[]): Promise<void> {
    const folder = join(store, name, "node_modules");
    await mkdir(folder, { recursive: true });
    await cp(path, join(folder, name), { recursive: true });
    for (const each of dependencies)
      await symlink(join("../..", each, "node_modules", each), join(folder, each));
  }
  await add(join(packages, "node_modules/tensorslab-images"), "tensorslab-images", ["openapi-fetch"]);
  await add(join(root, "node_modules/openapi-fetch"), "openapi-fetch", ["openapi-typescript-helpers"]);
  await add(join(root, "node_modules/openapi-typescript-helpers"), "openapi-typescript-helpers", []);
  const own = ".pnpm/tensorslab-images/node_modules/tensorslab-images";
  await symlink(own, join(project, "node_modules/tensorslab-images"));
});

afterAll(() => rm(project, { recursive: true }));

const compilers = {
  "5.4": join(packages, "node_modules/typescript-5.4/bin/tsc"),
  "5.9": join(root, "node_modules/typescript/bin/tsc"),
  "7": join(root, "node_modules/typescript-7/bin/tsc"),
};

const programs = {
  client: `
    import { createClient } from "tensorslab-images";
    const client = createClient();
    export const { POST, use, request } = client.api;
    export const api = { ...client.api };
    export const submit = (prompt: string) => client.api.POST("/v1/images/seedreamv5", { body: { prompt } });
  `,
  facade: `
    import { createApi } from "tensorslab-images/api";
    export const { POST, GET } = createApi();
    export async function submit(prompt: string) {
      return createApi().POST("/v1/images/seedreamv5", { body: { prompt } });
    }
  `,
};

test.each(Object.entries(compilers))(
  "TypeScript %s names what is inferred from the client",
  async (_, tsc) => {
    for (const [name, source] of Object.entries(programs)) {
      const compilerOptions = {
        module: "nodenext",
        target: "es2022",
        lib: ["es2023", "dom", "dom.iterable"],
        types: [],
        strict: true,
        declaration: true,
        outDir: "out",
      };
      await writeFile(join(project, `${name}.ts`), source);
      await writeFile(join(project, "package.json"), '{ "type": "module" }');
      await writeFile(
        join(project, "tsconfig.json"),
        JSON.stringify({ compilerOptions, files: [`${name}.ts`] }),
      );
      await run(process.execPath, [tsc, "--project", project]);
      const declarations = await readFile(join(project, `out/${name}.d.ts`), "utf8");
      expect(declarations).toMatch(/import\("tensorslab-images(\/api)?"\)\.ClientMethod</);
      expect(declarations).toMatch(/import\("tensorslab-images(\/api)?"\)\.FetchResponse</);
      expect(declarations).not.toContain("any");
    }
  },
);
