import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse as parseYaml } from "yaml";
import { describe, expect, it } from "vitest";
import { root } from "../support/generate.js";
import { blocks, guides, manifest, written } from "../support/guides.js";
import { anchorsOf, linksOf, proseOf } from "../support/markdown.js";

describe("every guide", () => {
  it("has links that lead somewhere", async () => {
    const broken: string[] = [];
    for (const { path, text } of guides) {
      for (const link of linksOf(text)) {
        const [file = "", anchor] = link.split("#");
        const target = file === "" ? path : join(dirname(path), file);
        const exists = await access(join(root, target)).then(
          () => true,
          () => false,
        );
        const linked = guides.find((guide) => guide.path === target);
        const hasAnchor = !anchor || !linked || anchorsOf(linked.text).includes(anchor);
        if (!exists || !hasAnchor) broken.push(`${path}: ${link}`);
      }
    }
    expect(broken).toEqual([]);
  });

  it("uses the words of the glossary", () => {
    const obsolete =
      /\b(?:mend(?:s|ed|ing)?|befall?s?|belies?|in vain|if need be|ways? in\b(?! the)|goOn|whoever)\b/i;
    const found = guides.flatMap(({ path, text }) =>
      proseOf(text)
        .split("\n")
        .filter((line) => obsolete.test(line))
        .map((line) => `${path}: ${line}`),
    );
    expect(found).toEqual([]);
  });

  it("has blocks in languages that something here can check, or that are only shown", () => {
    const known = ["ts", "sh", "json", "jsonl", "yaml", "text", "python"];
    expect(blocks.filter(({ language }) => !known.includes(language)).map(({ place }) => place)).toEqual([]);
  });

  it("has data that parses", () => {
    const parsers: [language: string, parse: (text: string) => unknown][] = [
      ["json", JSON.parse],
      [
        "jsonl",
        (text) =>
          text
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as unknown),
      ],
      ["yaml", parseYaml],
    ];
    for (const [language, parse] of parsers) {
      for (const { code, place } of written(language)) expect(() => parse(code), place).not.toThrow();
    }
  });

  it("names a test that exists where it leaves its blocks to another one", async () => {
    for (const { runBy } of blocks) if (runBy) await access(join(root, runBy));
  });
});

describe("the front page", () => {
  const { text = "" } = guides.find(({ path }) => path === "README.md") ?? {};

  it("is short, and begins with a program of three lines", () => {
    expect(text.split("\n").length).toBeLessThanOrEqual(171);
    const [first] = written("ts").filter(({ path }) => path === "README.md");
    expect(first?.code.trimEnd().split("\n")).toHaveLength(3);
  });

  it("has badges that are true", () => {
    const badges = [...text.matchAll(/img\.shields\.io\/badge\/(\w+)-(.+?)-\w+\)/g)];
    const shown = Object.fromEntries(badges.map(([, name, value = ""]) => [name, decodeURIComponent(value)]));
    expect(shown).toEqual({
      node: manifest.engines.node?.replace(">=", "≥ "),
      types: "included",
      licence: manifest.license,
    });
  });
});
