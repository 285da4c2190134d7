import { expect, test } from "vitest";
import { buildEffectiveDocument } from "../../scripts/generate/document.js";
import { formatTable, replaceTable } from "../../scripts/generate/fields-table.js";
import { emitSources } from "../../scripts/generate/generated-files.js";
import { parseSource } from "../../scripts/generate/source.js";

// The table of fields is made of what a vendor wrote, and stands in a page that people read.

const start = "<!-- fields: generated -->";
const end = "<!-- /fields -->";

async function tableOf(properties: object, required: string[] = []): Promise<string> {
  const document = {
    openapi: "3.0.3",
    info: { title: "One", version: "1" },
    paths: {
      "/v1/paint": {
        post: {
          "x-role": "submit",
          requestBody: {
            content: {
              "multipart/form-data": {
                schema: { type: "object", properties, ...(required.length > 0 && { required }) },
              },
            },
          },
          responses: { 200: { description: "Done" } },
        },
      },
    },
  };
  const source = parseSource("page.json", JSON.stringify(document));
  const { table } = await emitSources(
    await buildEffectiveDocument({ documents: [source], overlay: undefined }),
  );
  return formatTable(table);
}

/** The cells of each row, split where a bar is not escaped. */
const rowsOf = (table: string): string[][] =>
  table
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

test("types, bounds and defaults as the document has them, what is required first", async () => {
  const table = await tableOf(
    {
      count: { type: "integer", minimum: 1, maximum: 15, default: 1, description: "How many" },
      style: { type: "string", enum: ["oil", "ink"], maxLength: 9 },
      photos: { type: "array", items: { type: "string", format: "binary" }, maxItems: 3 },
      camera: { type: "object", properties: { lens: { type: "integer" } } },
      text: { type: "string", minLength: 1 },
    },
    ["text"],
  );
  expect(table).toMatch(/^### `paint`\n\n/);
  expect(rowsOf(table).slice(2)).toEqual([
    ["`text`", "string, required", "at least 1 characters", "", ""],
    ["`count`", "integer", "1 to 15", "`1`", "How many"],
    ["`style`", "string", "one of `oil`, `ink`; at most 9 characters", "", ""],
    ["`photos`", "list of files", "at most 3 items", "", ""],
    ["`camera`", "JSON", "", "", ""],
  ]);
});

test("no description, name or default leaves its cell", async () => {
  const hostile = `a | b\n| c | d |\n${end}\n# Heading\n<script>x</script> [x](https://evil.example) ![i](x) **b** @person www.evil.example \u202e\u001b[31m`;
  const table = await tableOf({
    [`na|me\`\``]: { type: "string", description: hostile, default: `${end}|\`` },
    [hostile]: { type: "string", description: "fine", enum: [hostile] },
  });
  const rows = rowsOf(table);
  expect(rows).toHaveLength(4);
  for (const cells of rows) expect(cells).toHaveLength(5);
  expect(table).not.toMatch(/[\u202e\u001b]/);
  const descriptions = rows.map((cells) => cells[4]!).join("\n");
  expect(descriptions).not.toMatch(/(?<!\\)[<>[*]|@|:\/\/|www\./);

  const page = `Before\n\n${start}\n\n${end}\n\nAfter\n`;
  const once = replaceTable(page, table)!;
  expect(replaceTable(once, table)).toBe(once);
  expect(once.startsWith(`Before\n\n${start}\n\n### `)).toBe(true);
  expect(once.endsWith(`\n${end}\n\nAfter\n`)).toBe(true);
});

test("a page without markers stays as it is", () => {
  expect(replaceTable("# Page\n", "table")).toBeUndefined();
  expect(replaceTable(`${end}\n${start}\n`, "table")).toBeUndefined();
});
