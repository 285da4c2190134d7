import xterm from "@xterm/headless";
import type { IBufferCell, Terminal } from "@xterm/headless";
import type { Recording } from "./record-batch.js";

/** The content of one line of the screen, and how long it is shown. */
interface Line {
  row: number;
  markup: string;
  fromMs: number;
  untilMs: number;
}

const cellWidth = 8.4;
const lineHeight = 19;
const margin = 16;
const titleBar = 28;
const pauseMs = 5000;
const colors = ["#6e7681", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4"];

/** Draws a recording as an SVG that plays by itself; where motion is unwanted, it shows the end. */
export async function drawTerminal({ columns, rows, output }: Recording): Promise<string> {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const shown = new Map<number, Line>();
  const lines: Line[] = [];
  for (const { atMs, data } of output) {
    await new Promise<void>((written) => terminal.write(data, written));
    for (let row = 0; row < rows; row++) {
      const markup = drawLine(terminal, row);
      const before = shown.get(row);
      if (before?.markup === markup) continue;
      if (before) lines.push({ ...before, untilMs: atMs });
      shown.set(row, { row, markup, fromMs: atMs, untilMs: Infinity });
    }
  }
  terminal.dispose();
  const totalMs = (output.at(-1)?.atMs ?? 0) + pauseMs;
  const all = [...lines, ...shown.values()].filter(
    ({ markup, fromMs, untilMs }) => markup && untilMs - fromMs > 20,
  );

  const percent = (ms: number) => `${((Math.min(ms, totalMs) / totalMs) * 100).toFixed(2)}%`;
  const keyframes = all.map(
    ({ fromMs, untilMs }, index) =>
      `@keyframes k${index}{0%{opacity:0}${percent(fromMs)}{opacity:1}` +
      `${untilMs < totalMs ? `${percent(untilMs)}{opacity:0}` : ""}}#l${index}{animation-name:k${index}}`,
  );
  const texts = all.map(({ row, markup, untilMs }, index) => {
    const y = titleBar + margin + row * lineHeight + 4;
    return `<text id="l${index}"${untilMs < totalMs ? ' class="past"' : ""} x="${margin}" y="${y}">${markup}</text>`;
  });
  const width = Math.ceil(columns * cellWidth + 2 * margin);
  const height = titleBar + 2 * margin + Math.max(...all.map(({ row }) => row)) * lineHeight;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="A batch is interrupted and run again: what was paid for is not paid for twice">
<style>
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#e6edf3;white-space:pre}
.past{opacity:0}
${colors.map((color, index) => `.c${index}{fill:${color}}`).join("")}.dim{opacity:.6}.bold{font-weight:bold}
@media (prefers-reduced-motion:no-preference){text{animation:${(totalMs / 1000).toFixed(1)}s step-end infinite}${keyframes.join("")}}
</style>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117" stroke="#30363d"/>
<circle cx="20" cy="18" r="5" fill="#ff5f57"/><circle cx="38" cy="18" r="5" fill="#febc2e"/><circle cx="56" cy="18" r="5" fill="#28c840"/>
${texts.join("\n")}
</svg>
`;
}

/** One line of the screen as spans of one style each, each at its own place, independent of the font's width. */
function drawLine(terminal: Terminal, row: number): string {
  const { active } = terminal.buffer;
  const line = active.getLine(active.baseY + row);
  const spans: { at: number; style: string; text: string }[] = [];
  for (let at = 0; line && at < line.length; at++) {
    const cell = line.getCell(at);
    if (!cell || cell.getWidth() === 0) continue;
    const style = styleOf(cell);
    const last = spans.at(-1);
    if (last?.style === style) last.text += cell.getChars() || " ";
    else spans.push({ at, style, text: cell.getChars() || " " });
  }
  return spans
    .filter(({ text }) => text.trim() !== "")
    .map(({ at, style, text }) => {
      const shown = text.trimEnd();
      const x = (margin + at * cellWidth).toFixed(1);
      const length = ([...shown].length * cellWidth).toFixed(1);
      return `<tspan${style && ` class="${style}"`} x="${x}" textLength="${length}">${escape(shown)}</tspan>`;
    })
    .join("");
}

function styleOf(cell: IBufferCell): string {
  const color = cell.isFgPalette() && cell.getFgColor() < 8 ? `c${cell.getFgColor()}` : "";
  return [color, cell.isDim() && "dim", cell.isBold() && "bold"].filter(Boolean).join(" ");
}

const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
