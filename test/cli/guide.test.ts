import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createTally } from "../../src/cli/batch/tally.js";
import { exitStatusTable } from "../../src/cli/exit-status.js";
import { createProgram } from "../../src/cli/program.js";
import { createProgress } from "../../src/cli/terminal/progress.js";
import { root } from "../support/generate.js";
import { command } from "./support/command.js";

const guide = await readFile(join(root, "src/cli/README.md"), "utf8");

/** The cells of the rows of a table of the guide, by its first header. */
function readTable(header: string): string[][] {
  const [, table = ""] = new RegExp(`^\\| ${header} .*\\n\\| -.*\\n((\\|.*\\n)+)`, "m").exec(guide) ?? [];
  return table
    .trim()
    .split("\n")
    .map((row) => row.split("|").slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

it("the guide and the help have the one table of exit statuses", async () => {
  const rows = Object.values(exitStatusTable).map(([status, meaning]) => [String(status), meaning]);
  expect(readTable("status")).toEqual(rows);
  const { output } = await command(["--help"]);
  for (const [status, meaning] of rows) expect(output).toContain(`${status}  ${meaning}\n`);
});

it("the guide names every command", () => {
  const commands = createProgram().commands.map((each) => each.name());
  const listed = readTable("command").map(([cell]) => /^`(\w+)/.exec(cell!)?.[1]);
  expect(listed).toEqual(expect.arrayContaining(commands.filter((name) => name !== "complete")));
  expect(commands).toEqual(expect.arrayContaining(listed));
});

it("the guide names every count", () => {
  const { counts } = createTally(createProgress(true));
  for (const name of Object.keys(counts)) expect(guide).toContain(`\`${name}\``);
});
