import { styleText } from "node:util";

/** Colour if standard error shows it; that is where NO_COLOR and FORCE_COLOR are respected. */
export function paint(style: Parameters<typeof styleText>[0], text: string): string {
  const { stderr, env } = process;
  return stderr.isTTY && env.TERM !== "dumb" && stderr.hasColors()
    ? styleText(style, text, { validateStream: false })
    : text;
}
