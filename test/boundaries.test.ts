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
    .filter((file) => /\.tsx?$/.test(file))
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
    .replace(/\.[jt]sx?$/, "");

function toTarget(specifier: ts.Node, from: string): string {
  const { text = "a computed name" } = specifier as Partial<ts.StringLiteral>;
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
const inRoom = (room: string) => sources.filter(({ name }) => name.startsWith(`src/${room}/`));
const atTheTop = sources.filter(({ name }) => !name.slice("src/".length).includes("/"));
const rooms = ["api", "reliability", "download", "proxy", "records", "schemas"];
const core = [...atTheTop, ...rooms.flatMap(inRoom)];

test("the parser sees what is there", () => {
  expect(sources.length).toBeGreaterThan(50);
  expect(core.find(({ name }) => name === "src/reliability/wait")?.imports).toContainEqual({
    target: "src/errors",
    isTypeOnly: false,
    isDynamic: false,
  });
});

describe("who may import whom", () => {
  const publicSurface = ["src/index", "src/api/index", "src/node/index", "src/schemas/index"];
  /** The modules that the command loads only when they are needed. */
  const loadedLate = ["src/mock-server/index", "src/mcp/index"];

  /** The modules that each room may import besides itself, `generated` and, where it is named, what `node:` has. */
  const allowed: Record<string, string[]> = {
    api: ["src/errors", "src/url-safety", "openapi-fetch"],
    reliability: [
      "src/errors",
      "src/fetch-agreement",
      "src/image-type",
      "src/options",
      "src/types",
      "src/api/",
    ],
    download: ["src/errors", "src/fetch-agreement", "src/image-type", "src/url-safety", "src/reliability/"],
    proxy: ["src/errors", "src/options", "src/api/", "src/reliability/"],
    records: ["src/errors", "src/options", "src/types", "src/client", "src/reliability/"],
    schemas: ["src/types"],
    node: ["src/index", "src/fetch-agreement", "src/url-safety", "undici", "node:"],
    "mock-server": ["node:", "@fastify/busboy", "src/schemas/index"],
    "mock-server/page/app": ["preact", "@preact/signals"],
  };
  /** Code that runs in a browser stands in a room of its own; its server's types are all that it shares. */
  const isOfPage = ({ name }: SourceFile) => name.startsWith("src/mock-server/page/app/");

  test.each(Object.entries(allowed))("%s", (room, targets) => {
    const isAllowed = ({ target, isTypeOnly }: Import, file: SourceFile) =>
      [`src/${room}/`, "generated/", ...targets].some((start) => target.startsWith(start)) ||
      (isOfPage(file) && isTypeOnly && target.startsWith("src/mock-server/")) ||
      // In the source tree the page is built when it is asked for, by a script that is not published.
      (file.name === "src/mock-server/page/bundle" && target === "a computed name");
    const files = inRoom(room).filter((file) => room.includes("page") || !isOfPage(file));
    expect(files).not.toEqual([]);
    expect(strays(files, isAllowed)).toEqual([]);
  });

  test("generated code imports nothing", () => {
    expect(strays(readSources("generated"), () => false)).toEqual([]);
  });

  test("the command and the adapters: public entry points alone, and servers only once they are asked for", () => {
    const adapters = sources.filter(
      (file) => !core.includes(file) && !/^src\/(node|mock-server)\//.test(file.name),
    );
    const isAllowed = ({ target, isDynamic, isTypeOnly }: Import, { name }: SourceFile) =>
      publicSurface.includes(target) ||
      (loadedLate.includes(target) && (isDynamic || isTypeOnly)) || // types load nothing
      target.startsWith(name.split("/").slice(0, 2).join("/")) ||
      !target.startsWith("src/");
    expect(adapters).not.toEqual([]);
    expect(strays(adapters, isAllowed)).toEqual([]);
  });

  test("at most eight files stand directly in src", () => {
    expect(atTheTop.length).toBeLessThanOrEqual(8);
  });

  test("no module of the core needs itself", () => {
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

  test("the core runs wherever fetch does, and one file of it imports a package", () => {
    const isOwn = ({ target }: Import) => /^(src|generated)\//.test(target);
    expect([...new Set(strays(core, isOwn))]).toEqual(["src/api/create-api imports openapi-fetch"]);
    expect(strays(core, ({ isDynamic }) => !isDynamic)).toEqual([]);
    const globals = ["process", "Buffer", "require", "setImmediate", "__dirname"];
    // Through globalThis and with a question mark, for the environment and for modules of Node.
    expect(mentions(core, (name) => globals.includes(name))).toEqual([
      "src/api/authentication: process",
      "src/api/platform: process",
    ]);
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

  test("text that reaches a terminal without being escaped, which happens in one room", () => {
    const writers = sources.filter(({ tree }) => {
      let writes = false;
      visit(tree, (node) => {
        const isWrite = ts.isPropertyAccessExpression(node) && node.name.text === "write";
        if (isWrite && /\bstd(out|err)$/.test(node.expression.getText(tree))) writes = true;
      });
      return writes;
    });
    expect(writers.map(({ name }) => name).filter((name) => !name.startsWith("src/cli/terminal/"))).toEqual(
      [],
    );
    expect(writers).not.toEqual([]);
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
  // A word that everybody uses tells nothing about where it comes from: a document may bring one at any time.
  const everyday = new Set(
    (
      "id name title text model mode type kind size style seed scale steps strength quality format ratio aspect count " +
      "number index width height image images mask file files url urls user tags label status state progress priority " +
      "version language input output result options metadata callback webhook watermark background color time date " +
      "credits balance cost price amount total limit history"
    ).split(" "),
  );
  const all = Object.values(operations);
  const wireNames = new Set([
    ...propertyNames(document).filter((name) => !ours.has(name) && !everyday.has(name)),
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
    expect(codes).toEqual(expect.arrayContaining(["9000", "9999"]));
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
