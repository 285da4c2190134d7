import { readFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { root } from "../support/generate.js";
import promised from "./exported-names.json" with { type: "json" };

// A name that goes breaks programs, and one that comes is a promise: see "What may be relied on" in CONTRIBUTING.md.

const { exports } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
  exports: Record<string, string | { default: string }>;
};
const entries = Object.entries(exports).filter(([entry]) => entry !== "./package.json");

it("exported-names.json has every entry point", () => {
  expect(Object.keys(promised).sort()).toEqual(entries.map(([entry]) => nameOf(entry)).sort());
});

it.each(entries)("%s exports what exported-names.json promises, types included", async (entry, target) => {
  const path = (typeof target === "string" ? target : target.default).replace("./dist/", "");
  const source = await readFile(join(root, path.replace(/\.js$/, ".ts")), "utf8");
  const names = exportedNames(ts.createSourceFile(path, source, ts.ScriptTarget.ES2022));
  expect(names.sort()).toEqual((promised as Record<string, string[]>)[nameOf(entry)]);
});

function nameOf(entry: string): string {
  return entry.replace(".", "tensorslab-images");
}

function exportedNames(file: ts.SourceFile): string[] {
  return file.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      if (!statement.exportClause || !ts.isNamedExports(statement.exportClause))
        throw new Error("`export *`");
      return statement.exportClause.elements.map(({ name }) => name.text);
    }
    const declaration = statement as ts.DeclarationStatement;
    const isExported = ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Export;
    return isExported && declaration.name ? [declaration.name.text] : [];
  });
}
