/** A fenced block of a guide. */
export interface Block {
  /** Path of the guide. */
  path: string;
  /** Guide and line, for messages. */
  place: string;
  language: string;
  code: string;
  /** Path of the test that runs it, if it needs more than the mock server: a comment above the block says so. */
  runBy: string | undefined;
}

/** The fenced blocks of a guide. */
export function blocksOf(path: string, text: string): Block[] {
  return [...text.matchAll(/(?:^<!-- run by (\S+) -->\n+)?^( *)```(\w*).*\n([^]*?)^\2```$/gm)].map(
    ({ index, 1: runBy, 2: indent = "", 3: language = "", 4: code = "" }) => ({
      path,
      place: `${path}:${text.slice(0, index).split("\n").length}`,
      language,
      code: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
      runBy,
    }),
  );
}

const withoutBlocks = (text: string): string => text.replace(/^( *)```[^]*?^\1```$/gm, "");

/** A guide without its code. */
export const proseOf = (text: string): string => withoutBlocks(text).replace(/`[^`\n]*`/g, "``");

/** The relative links of a guide, pictures included. */
export const linksOf = (text: string): string[] =>
  [...proseOf(text).matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)]
    .map(([, link, attribute]) => link ?? attribute ?? "")
    .filter((link) => !/^[a-z]+:/.test(link));

/** The anchors that GitHub gives the headings of a guide. */
export const anchorsOf = (text: string): string[] =>
  [...withoutBlocks(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-"),
  );

/** The compiler's options for the programs of a guide, which are as strict as their readers may be. */
export const compilerOptions = {
  module: "NodeNext",
  target: "ES2022",
  lib: ["ES2023", "DOM", "DOM.Iterable"],
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
};
