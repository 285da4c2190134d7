import { resolve } from "node:path";
import ts from "../../node_modules/typescript/lib/typescript.js"; // not the one of the integration tests
import { describe, expect, it } from "vitest";
import { root } from "./support/places.js";

const entries = [
  "src/index.ts",
  "src/node/index.ts",
  "src/mock-server/index.ts",
  "src/schemas/index.ts",
  "src/ai-sdk/index.ts",
].map((path) => resolve(root, path));

const config = ts.readConfigFile(resolve(root, "tsconfig.json"), (path) => ts.sys.readFile(path))
  .config as object;
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
const host = ts.createCompilerHost(options);
const program = ts.createProgram(entries, options, host);
const checker = program.getTypeChecker();

interface Export {
  name: string;
  entry: string;
  isValue: boolean;
  symbol: ts.Symbol;
}

/** The exports of each entry, except the types that are the document itself or openapi-fetch's. */
const exported: Export[] = entries.flatMap((entry) => {
  const file = checker.getSymbolAtLocation(program.getSourceFile(entry)!)!;
  return checker
    .getExportsOfModule(file)
    .map((each) => {
      const symbol = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each;
      return { name: each.name, entry, isValue: (symbol.flags & ts.SymbolFlags.Value) !== 0, symbol };
    })
    .filter(({ symbol }) => {
      const declaredIn = symbol.declarations?.[0]?.getSourceFile().fileName ?? "";
      return !/\/(generated|node_modules)\//.test(declaredIn);
    });
});

const textOf = (symbol: ts.Symbol) => ts.displayPartsToString(symbol.getDocumentationComment(checker));

const examplesOf = (symbol: ts.Symbol) =>
  symbol
    .getJsDocTags(checker)
    .filter(({ name }) => name === "example")
    .map(({ text }) => ts.displayPartsToString(text));

/** The examples of an export and of all that it is made of, with where they stand. */
function examplesIn({ name, symbol }: Export): [place: string, code: string][] {
  const members = [...(symbol.members?.values() ?? []), ...(symbol.exports?.values() ?? [])];
  return [symbol, ...members].flatMap((each) =>
    examplesOf(each).map((code): [string, string] => [each === symbol ? name : `${name}.${each.name}`, code]),
  );
}

/** Declarations of the names that the examples use. */
const context = `
  import type * as Package from "./src/index.js";
  declare global {
    const client: Package.Client;
    const task: Package.Task;
    const taskid: string;
    const records: Package.RecordStore;
    const other: Package.RecordStore;
    const db: {
      get(sql: string, ...values: unknown[]): Promise<{ body: string } | undefined>;
      run(sql: string, ...values: unknown[]): Promise<{ changes: number }>;
    };
    const url: string;
    const element: HTMLImageElement;
    const error: unknown;
    function userOf(request: Request): Promise<string | false>;
  }
`;

/** Compiles each example as a module of its own that imports whatever the package exports. */
function compile(examples: [place: string, code: string][]): string[] {
  const imports = entries.map((entry) => {
    const names = exported.filter((each) => each.entry === entry && each.isValue).map(({ name }) => name);
    return `import { ${names.join(", ")} } from ${JSON.stringify(entry.replace(/\.ts$/, ".js"))};`;
  });
  const types = exported.filter(({ isValue }) => !isValue);
  const typeImports = types.map(
    ({ name, entry }) => `import type { ${name} } from ${JSON.stringify(entry.replace(/\.ts$/, ".js"))};`,
  );
  const modules = new Map([[resolve(root, "context.ts"), context]]);
  const places = new Map<string, string>();
  for (const [index, [place, code]] of examples.entries()) {
    const path = resolve(root, `example-${index}.ts`);
    places.set(path, place);
    // On one line, so that the lines of a fault are those of the example.
    modules.set(path, `${[...imports, ...typeImports].join(" ")} export {};\n${code}`);
  }
  const virtual: ts.CompilerHost = {
    ...host,
    fileExists: (path) => modules.has(path) || host.fileExists(path),
    readFile: (path) => modules.get(path) ?? host.readFile(path),
    getSourceFile: (path, ...rest) => {
      const text = modules.get(path);
      return text === undefined
        ? (program.getSourceFile(path) ?? host.getSourceFile(path, ...rest))
        : ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
    },
  };
  const lenient = { ...options, noUnusedLocals: false, noUnusedParameters: false };
  const examplesProgram = ts.createProgram([...modules.keys()], lenient, virtual);
  return [...modules.keys()].flatMap((path) => {
    const file = examplesProgram.getSourceFile(path)!;
    const faults = [
      ...examplesProgram.getSyntacticDiagnostics(file),
      ...examplesProgram.getSemanticDiagnostics(file),
    ];
    return faults.map(
      ({ messageText }) => `${places.get(path)}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
  });
}

describe("every export", () => {
  it("says what it is", () => {
    expect(exported.filter(({ symbol }) => textOf(symbol) === "").map(({ name }) => name)).toEqual([]);
    expect(exported.length).toBeGreaterThan(40);
  });

  it("that can be called or made has an example", () => {
    const values = exported.filter(({ isValue }) => isValue);
    expect(values.filter(({ symbol }) => examplesOf(symbol).length === 0).map(({ name }) => name)).toEqual(
      [],
    );
  });

  it("has examples that compile", () => {
    const examples = exported.flatMap(examplesIn);
    expect(examples.length).toBeGreaterThan(10);
    expect(compile(examples)).toEqual([]);
    const [broken] = compile([["broken", 'client.submit("seedreamv5", { promt: "a fox" });']]);
    expect(broken).toMatch(/broken: .*promt/);
  });
});
