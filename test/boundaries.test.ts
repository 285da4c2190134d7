import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { authentication, enums, fields, models, operations, server } from "../generated/operations.js";

// Who may import whom, and what the sources may not hold, read off the sources by TypeScript's own parser.

const root = resolve(import.meta.dirname, "..");

interface Import {
  /** A file of the project, from its root and without its extension; or the name of a package. */
  target: string;
  isTypeOnly: boolean;
  isDynamic: boolean;
}

interface SourceFile {
  /** From the project's root and without its extension, such as `src/node/index`. */
  name: string;
  tree: ts.SourceFile;
  imports: Import[];
}

function readSources(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readSource(join(root, folder, file)));
}

function readSource(path: string): SourceFile {
  const tree = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  visit(tree, (node) => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      const isTypeOnly = ts.isExportDeclaration(node)
        ? node.isTypeOnly
        : node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
      imports.push({ target: toTarget(node.moduleSpecifier, path), isTypeOnly, isDynamic: false });
    }
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      imports.push({ target: toTarget(node.argument.literal, path), isTypeOnly: true, isDynamic: false });
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      imports.push({ target: toTarget(node.arguments[0]!, path), isTypeOnly: false, isDynamic: true });
    }
  });
  return { name: toName(path), tree, imports };
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

const toName = (path: string): string =>
  relative(root, path)
    .replaceAll("\\", "/")
    .replace(/\.[jt]s$/, "");

function toTarget(specifier: ts.Node, from: string): string {
  const { text } = specifier as ts.StringLiteral;
  return text.startsWith(".") ? toName(resolve(dirname(from), text)) : text;
}

/** Every import of some files as `who imports what`, without those that are allowed. */
function strays(files: SourceFile[], isAllowed: (target: Import, importer: SourceFile) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports
      .filter((each) => !isAllowed(each, file))
      .map(({ target }) => `${file.name} imports ${target}`),
  );
}

const sources = readSources("src");
const core = sources.filter(({ name }) => !/^src\/(node|mock-server|cli)\//.test(name));
const inFolder = (folder: string) => sources.filter(({ name }) => name.startsWith(`src/${folder}/`));
const isIn = (folder: string) => (target: string) => target.startsWith(`${folder}/`);
const isGenerated = isIn("generated");

test("the parser sees what is there", () => {
  expect(sources.length).toBeGreaterThan(50);
  expect(core.map(({ name }) => name)).toContain("src/index");
  expect(core.find(({ name }) => name === "src/tasks")?.imports).toContainEqual({
    target: "src/errors",
    isTypeOnly: false,
    isDynamic: false,
  });
});

describe("who may import whom", () => {
  // The rooms of the house: each step of a request's way, and those that put the steps together. All else are leaves.
  const steps = ["auth", "input", "transport", "retry", "answer", "tasks", "download"].map(
    (name) => `src/${name}`,
  );
  const composers = ["client", "api", "call", "proxy", "index"].map((name) => `src/${name}`);
  /** Steps that are needed elsewhere: waits and downloads outlive the failures that a single read tries again. */
  const needs: Record<string, string[]> = {
    "src/tasks": ["src/retry"],
    "src/download": ["src/retry"],
    "src/result-request": ["src/retry"],
  };
  const rank = (name: string) => (composers.includes(name) ? 2 : steps.includes(name) ? 1 : 0);

  test("1. generated code imports nothing", () => {
    expect(strays(readSources("generated"), () => false)).toEqual([]);
  });

  test("1. models, multipart and errors take only types from it", () => {
    const files = core.filter(({ name }) => ["src/models", "src/multipart", "src/errors"].includes(name));
    expect(files).toHaveLength(3);
    expect(strays(files, ({ target, isTypeOnly }) => isTypeOnly || !isGenerated(target))).toEqual([]);
  });

  test("2. a step of the way knows no other and none of those who compose them; a leaf knows no step", () => {
    for (const name of [...steps, ...composers]) expect(core.map((file) => file.name)).toContain(name);
    const below = core.filter(({ name }) => !composers.includes(name));
    const isAllowed = ({ target, isTypeOnly }: Import, { name }: SourceFile) =>
      isTypeOnly ||
      isGenerated(target) ||
      needs[name]?.includes(target) === true ||
      (isIn("src")(target) && rank(target) === 0);
    expect(strays(below, isAllowed)).toEqual([]);
  });

  test("2. no module of the core needs itself", () => {
    const edges = new Map(
      core.map(({ name, imports }) => [
        name,
        imports.filter(({ isTypeOnly }) => !isTypeOnly).map(({ target }) => target),
      ]),
    );
    const reach = (name: string, seen = new Set<string>()): Set<string> => {
      for (const target of edges.get(name) ?? []) if (!seen.has(target)) reach(target, seen.add(target));
      return seen;
    };
    expect([...edges.keys()].filter((name) => reach(name).has(name))).toEqual([]);
  });

  test("3. one file imports openapi-fetch, and the core has no other dependency", () => {
    const packages = core.flatMap(({ name, imports }) =>
      imports
        .filter(({ target }) => !/^(src|generated)\//.test(target))
        .map(({ target }) => `${name}: ${target}`),
    );
    expect([...new Set(packages)]).toEqual(["src/api: openapi-fetch"]);
  });

  test("4. files know the public surface alone", () => {
    const isAllowed = ({ target }: Import) =>
      target === "src/index" || isIn("src/node")(target) || target.startsWith("node:");
    expect(inFolder("node")).not.toEqual([]);
    expect(strays(inFolder("node"), isAllowed)).toEqual([]);
  });

  test("4. the command knows the public surfaces alone, the mock server only once it is asked for", () => {
    // What it offers as options stands in the document.
    const isAllowed = ({ target, isDynamic, isTypeOnly }: Import) =>
      target === "src/index" ||
      target === "src/node/index" ||
      (target === "src/mock-server/index" && (isDynamic || isTypeOnly)) || // types load nothing
      isIn("src/cli")(target) ||
      isGenerated(target) ||
      !isIn("src")(target);
    expect(inFolder("cli")).not.toEqual([]);
    expect(strays(inFolder("cli"), isAllowed)).toEqual([]);
  });

  test("5. the mock server shares nothing with the client but the document", () => {
    const isAllowed = ({ target }: Import) =>
      isIn("src/mock-server")(target) ||
      isGenerated(target) ||
      target.startsWith("node:") ||
      target === "@fastify/busboy";
    expect(inFolder("mock-server")).not.toEqual([]);
    expect(strays(inFolder("mock-server"), isAllowed)).toEqual([]);
  });

  test("6. the core runs wherever fetch does", () => {
    expect(strays(core, ({ target }) => !target.startsWith("node:"))).toEqual([]);
    expect(strays(core, ({ isDynamic }) => !isDynamic)).toEqual([]);
    const globals = ["process", "Buffer", "require", "setImmediate", "__dirname"];
    // The environment is asked for the key, through globalThis and with a question mark, by one file.
    expect(mentions(core, (name) => globals.includes(name))).toEqual(["src/auth: process"]);
  });
});

/** The variables that files use, as `who: what`. */
function mentions(files: SourceFile[], isMeant: (name: string) => boolean): string[] {
  const found = files.flatMap(({ name, tree }) => {
    const names: string[] = [];
    visit(tree, (node) => {
      const isName =
        ts.isPropertyAccessExpression(node.parent ?? node) &&
        (node.parent as ts.PropertyAccessExpression).name === node;
      const isMember =
        ts.isPropertySignature(node.parent ?? node) || ts.isPropertyAssignment(node.parent ?? node);
      if (ts.isIdentifier(node) && !isName && !isMember && isMeant(node.text))
        names.push(`${name}: ${node.text}`);
    });
    return names;
  });
  return [...new Set(found)];
}

describe("what the sources do not hold", () => {
  test("exports by the dozen", () => {
    const dozens = sources.filter(({ tree }) =>
      tree.statements.some(
        (statement) =>
          ts.isExportDeclaration(statement) &&
          (!statement.exportClause || ts.isNamespaceExport(statement.exportClause)),
      ),
    );
    expect(dozens.map(({ name }) => name)).toEqual([]);
  });

  test("output of a library", () => {
    const library = sources.filter(({ name }) => !name.startsWith("src/cli/"));
    expect(mentions(library, (name) => name === "console")).toEqual([]);
  });

  test("variables outside of functions", () => {
    const variables = core.filter(({ tree }) =>
      tree.statements.some(
        (statement) =>
          ts.isVariableStatement(statement) && !(statement.declarationList.flags & ts.NodeFlags.Const),
      ),
    );
    expect(variables.map(({ name }) => name)).toEqual([]);
  });
});

describe("no name of the service is written by hand", () => {
  const document = JSON.parse(readFileSync(join(root, "generated/openapi.json"), "utf8")) as Json;
  type Json = { [key: string]: Json } | Json[] | string | number | boolean | null;

  /** The names of all properties that the document's schemas have. */
  function propertyNames(node: Json): string[] {
    if (typeof node !== "object" || node === null) return [];
    const { properties } = node as { properties?: Json };
    return [...Object.keys(properties ?? {}), ...Object.values(node).flatMap(propertyNames)];
  }

  // What the overlay calls a field's role is ours, and so are these, which a renamed document leaves as they are.
  const roles = Object.values(operations).flatMap((operation) =>
    "roles" in operation ? Object.keys(operation.roles) : [],
  );
  const ours = new Set([...Object.keys(fields), ...roles]);
  const all = Object.values(operations);
  const wireNames = new Set([
    ...propertyNames(document).filter((name) => !ours.has(name)),
    ...all.flatMap(({ operationId, path }) => [operationId, path]),
    ...Object.keys(operations),
    ...Object.keys(models),
    authentication.scheme,
    server,
  ]);
  const codes = Object.keys(enums.code).filter((code) => code !== "1000"); // that one also makes seconds

  test("the names are those of the document", () => {
    for (const name of [
      "batchsize",
      "sourceImage",
      "image_status",
      "msg",
      "seeDreamV5",
      "/v1/images/infobytaskid",
    ]) {
      expect([...wireNames]).toContain(name);
    }
    expect([...wireNames]).not.toContain("taskid");
    expect(codes).toEqual(["9000", "9999"]);
  });

  test.each(sources.map((source) => [source.name, source.tree] as const))("%s", (_, tree) => {
    const found: string[] = [];
    visit(tree, (node) => {
      if (ts.isIdentifier(node) || ts.isStringLiteralLike(node)) {
        const { text } = node;
        const isHeader = text.toLowerCase() === authentication.header.toLowerCase();
        if (wireNames.has(text) || isHeader) found.push(text);
      }
      if (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) {
        if (/\/v\d+\//.test(node.text)) found.push(node.text);
      }
      if (ts.isNumericLiteral(node) && codes.includes(node.text)) found.push(node.text);
    });
    expect(found).toEqual([]);
  });
});
