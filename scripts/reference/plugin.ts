// Fits typedoc to this package: modules are named as they are imported, and a model's fields are a table.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Converter, ReflectionKind, UnknownType } from "typedoc";
import type { Application, Context, DeclarationReflection, DocumentReflection } from "typedoc";

const root = join(import.meta.dirname, "../..");
const readText = (path: string) => readFileSync(join(root, path), "utf8");
const { name, exports } = JSON.parse(readText("package.json")) as {
  name: string;
  exports: Record<string, string>;
};

/** Called by typedoc. */
export function load(app: Application): void {
  const sources = Object.values(exports)
    .filter((path) => path.endsWith(".js"))
    .map((path) => path.replace("./dist/", "").replace(/\.js$/, ".ts"));
  app.options.setValue("entryPoints", sources);
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }: Context) => {
    const [beginning] = project.readme ?? [];
    if (beginning) beginning.text = beginning.text.replace(/^# .*\n/, ""); // the page has the name as its heading
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      module.name = join(name, module.name);
    }
    for (const guide of project.getReflectionsByKind(ReflectionKind.Document)) {
      guide.name = titleOf(guide as DocumentReflection) ?? guide.name;
    }
    for (const alias of project.getReflectionsByKind(ReflectionKind.TypeAlias)) {
      if (alias.name === "ModelInput") showFields(alias as DeclarationReflection);
    }
  });
}

/** The first heading of a guide; all of them are called README. */
function titleOf({ content }: DocumentReflection): string | undefined {
  const text = content.map((part) => part.text).join("");
  return /^# (.*)$/m.exec(text)?.[1]?.replaceAll("`", "");
}

/** Shows the fields that the document names, as the README has them, in place of the type that they are derived by. */
function showFields(alias: DeclarationReflection): void {
  const [, table] = /<!-- fields: generated -->(.*)<!-- \/fields -->/s.exec(readText("README.md")) ?? [];
  if (table === undefined || !alias.comment) throw new Error("README.md has no table of fields");
  alias.comment.summary.push({ kind: "text", text: `\n\n${table}` });
  alias.type = new UnknownType("the fields of the model M");
}
