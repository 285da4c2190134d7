import { format } from "prettier";
import { formParts, propertiesOf, requiredOf } from "./form-parts.js";
import { listOperations, requestMedia } from "./operation.js";
import { printable } from "./printable.js";
import { followReference } from "./reference.js";
import type { Service } from "./roles.js";
import type { JsonObject } from "./source.js";

const start = "<!-- fields: generated -->";
const end = "<!-- /fields -->";

/** The markers as a message names them. */
export const markers = `${start} and ${end}`;

/** A page with the table of fields between its markers; undefined if it has no markers. */
export function replaceTable(page: string, table: string): string | undefined {
  const from = page.indexOf(start);
  const to = page.lastIndexOf(end); // the table may show the marker as a default
  return from < 0 || to < from
    ? undefined
    : `${page.slice(0, from + start.length)}\n\n${table}\n${page.slice(to)}`;
}

/** The fields of every model as Markdown, not formatted yet: a heading and a table for each model. */
export function emitFieldsTable(document: JsonObject, { models }: Service): string {
  const tables = Object.entries(models).map(([model, name]) => {
    const media = requestMedia(
      listOperations(document).find((one) => one.name === name)!,
      document,
    )!;
    const kinds = formParts(media, document) ?? {};
    const required = requiredOf(media.schema, document);
    const rows = Object.entries(propertiesOf(media.schema, document)).map(([field, property]) => {
      const schema = followReference(property, document);
      const type = [describeKind(kinds[field]), ...(required.has(field) ? ["required"] : [])].join(", ");
      const standard = schema.default === undefined ? "" : code(textOf(schema.default));
      const description = typeof schema.description === "string" ? prose(schema.description) : "";
      return {
        isRequired: required.has(field),
        cells: [code(field), type, describeBounds(schema, document), standard, description],
      };
    });
    rows.sort((a, b) => Number(b.isRequired) - Number(a.isRequired));
    const head = ["field", "type", "bounds", "default", "description"];
    const lines = [head, head.map(() => "---"), ...rows.map(({ cells }) => cells)];
    return `### ${code(model)}\n\n${lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`;
  });
  return tables.join("\n");
}

/** The table as it stands in a page. */
export const formatTable = (table: string): Promise<string> =>
  format(table, { parser: "markdown", proseWrap: "preserve", printWidth: 110 });

function describeKind(kind: { type: string; array: boolean } | undefined): string {
  if (!kind) return "any";
  const name = kind.type === "json" ? "JSON" : kind.type;
  return kind.array ? `list of ${name === "JSON" ? name : `${name}s`}` : name;
}

function describeBounds(schema: JsonObject, document: JsonObject): string {
  const {
    minimum,
    maximum,
    minLength,
    maxLength,
    maxItems,
    enum: allowed,
  } = { ...followReference(schema.items, document), ...schema };
  return [
    Array.isArray(allowed) ? `one of ${allowed.map((value) => code(textOf(value))).join(", ")}` : "",
    range(minimum, maximum, ""),
    range(minLength, maxLength, " characters"),
    range(undefined, maxItems, " items"),
  ]
    .filter(Boolean)
    .join("; ");
}

function range(least: unknown, most: unknown, unit: string): string {
  const numbers = [least, most].map((bound) => (typeof bound === "number" ? String(bound) : undefined));
  const [low, high] = numbers;
  if (low !== undefined && high !== undefined) return `${low} to ${high}${unit}`;
  if (low !== undefined) return `at least ${low}${unit}`;
  return high === undefined ? "" : `at most ${high}${unit}`;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** Text in a code span, with any backticks and bars. */
function code(text: string): string {
  const shown = printable(text).replaceAll("|", "\\|");
  if (shown === "") return "";
  const fence = "`".repeat(1 + Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length)));
  const pad = /^[`\s]|[`\s]$/.test(shown) ? " " : "";
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** Text of the vendor: neither markup, nor a link, nor the mention of a person, nor a line of its own. */
function prose(text: string): string {
  return printable(text.replace(/\s+/g, " ").trim())
    .replace(/[\\`*_{}[\]<>#|~&!$]/g, "\\$&")
    .replaceAll("@", "&#64;")
    .replace(/:(?=\/\/)/g, "&#58;")
    .replace(/www\./gi, (match) => match.replace(".", "&#46;"));
}
