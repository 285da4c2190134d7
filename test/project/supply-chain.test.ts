import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";

const read = (path: string) => readFile(resolve(import.meta.dirname, "../..", path), "utf8");

const { dependencies, devDependencies } = JSON.parse(await read("package.json")) as Record<
  "dependencies" | "devDependencies",
  Record<string, string>
>;
const { packages } = JSON.parse(await read("package-lock.json")) as {
  packages: Record<string, { dev?: boolean; integrity?: string; hasInstallScript?: boolean }>;
};

describe("what the package stands on", () => {
  it("runs nothing when it is installed", () => {
    const installed = Object.entries(packages).filter(([path, { dev }]) => path !== "" && !dev);
    expect(installed.length).toBeGreaterThanOrEqual(Object.keys(dependencies).length);
    expect(installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual(
      [],
    );
  });

  it("is the same everywhere: exact versions, each with its checksum", () => {
    for (const version of Object.values({ ...dependencies, ...devDependencies }))
      expect(version).toMatch(/^(npm:typescript@)?\d+\.\d+\.\d+$/);
    const fetched = Object.entries(packages).filter(([path]) => path !== "");
    expect(
      fetched.filter(([, { integrity }]) => !integrity?.startsWith("sha512-")).map(([path]) => path),
    ).toEqual([]);
  });

  it("has a reason in CONTRIBUTING.md for each dependency, and for nothing else", async () => {
    const [, section = ""] = /^## Dependencies\n(.*?)^## /ms.exec(await read("CONTRIBUTING.md")) ?? [];
    const rows = [...section.matchAll(/^\| `([^`]+)` +\| \S.{20,} \|$/gm)];
    const names = Object.keys({ ...dependencies, ...devDependencies });
    expect(rows.map(([, name]) => name).toSorted()).toEqual(names.toSorted());
  });
});
