import { readFileSync } from "node:fs";
import { format } from "oxfmt";
import type { FormatConfig } from "oxfmt";

const style = JSON.parse(readFileSync(new URL("../.oxfmtrc.json", import.meta.url), "utf8")) as FormatConfig;

/** Formats a text as `npm run format` formats the file of that name. */
export async function formatText(fileName: string, text: string): Promise<string> {
  const { code, errors } = await format(fileName, text, style);
  if (errors.length > 0)
    throw new SyntaxError(`${fileName}: ${errors.map(({ message }) => message).join("; ")}`);
  return code;
}
