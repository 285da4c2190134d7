import { readFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { root } from "../support/generate.js";

const text = await readFile(join(root, "SECURITY.md"), "utf8");
const [, model = ""] = /^## Threat model\n(.*?)^## /ms.exec(text) ?? [];
const sections = model.split(/^### /m).slice(1);
const rows = sections.flatMap((section) =>
  [...section.matchAll(/^\| ((?:can|cannot) .*?) +\|(?: `(test\/[^`]+)`: "([^"]+)")?.*\|$/gm)].map(
    ([, line = "", path, title]) => ({ line, path, title }),
  ),
);

describe("the threat model", () => {
  it("names each attacker, and what each can and cannot do", () => {
    const attackers = ["page", "service", "network", "visitor", "agent", "user", "dependency"];
    expect(sections.map((section) => section.split("\n")[0])).toEqual(
      attackers.map((attacker) => expect.stringContaining(attacker) as string),
    );
    for (const section of sections) expect(section).toMatch(/^\| cannot /m);
    const lines = [...model.matchAll(/^\| .*\|$/gm)].length - 2 * sections.length;
    expect(rows, "a line begins with can or cannot").toHaveLength(lines);
  });

  it.each(rows)("names a test that exists where an attacker $line", async ({ path, title }) => {
    expect(path && title, "no test is named").toBeTruthy();
    const titles = titlesOf(await readFile(join(root, path!), "utf8"));
    expect(titles.filter((each) => each.includes(title!)).length, `"${title}" in ${path}`).toBeGreaterThan(0);
  });
});

/** The titles of a file's tests: the first argument of whatever is called as, or made by, `it`, `test` and `describe`. */
function titlesOf(code: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(?:it|test|describe)\b/.test(node.expression.getText())) {
      const [title] = node.arguments;
      if (title && ts.isStringLiteralLike(title)) titles.push(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("file.ts", code, ts.ScriptTarget.ES2022, true));
  return titles;
}
