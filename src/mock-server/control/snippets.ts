import { authentication, models, operations } from "../document.js";
import type { MockRequest } from "../request.js";

/** A request as programs to copy. Everything in it is a client's data, and is quoted so that it stays data. */
export interface Snippets {
  readonly curl: string;
  /** The same with this package; undefined if it makes no such request. */
  readonly typescript?: string;
}

/** Control characters, and those that make text look different. */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/** Writes a request as programs; `text` redacts secrets. */
export function writeSnippets(
  request: MockRequest,
  baseUrl: string,
  text: (text: string) => string,
): Snippets {
  const typescript = writeTypeScript(request, baseUrl, text);
  return { curl: writeCurl(request, baseUrl, text), ...(typescript === undefined ? {} : { typescript }) };
}

function writeCurl(request: MockRequest, baseUrl: string, text: (text: string) => string): string {
  const { method, path, fields, files, operation } = request;
  const lines = [`curl -X ${quote(method)} ${quote(baseUrl + text(path))}`];
  if (authentication && request.server === "api") {
    const scheme = authentication.scheme ? `${authentication.scheme} ` : "";
    lines.push(`-H ${quote(`${authentication.header}: ${scheme}`)}"$TENSORSLAB_API_KEY"`);
  }
  const mediaType = operations[operation ?? ""]?.mediaType;
  if (mediaType === "multipart/form-data") {
    for (const [name, value] of listFields(fields)) {
      // Not --form, which would read a file if the text begins with @ or <.
      lines.push(`--form-string ${quote(`${name}=${text(asText(value))}`)}`);
    }
    for (const [index, { field, filename, contentType }] of files.entries()) {
      const type = contentType && /^[\w.+/-]+$/.test(contentType) ? `;type=${contentType}` : "";
      lines.push(`--form ${quote(`${field.replace(/[="';]/g, "")}=@${localName(filename, index)}${type}`)}`);
    }
  } else if (mediaType !== undefined) {
    lines.push(
      `-H ${quote(`Content-Type: ${mediaType}`)}`,
      `--data-raw ${quote(text(JSON.stringify(fields)))}`,
    );
  }
  return lines.join(" \\\n  ");
}

/** Text as one word of a POSIX shell, with escapes for characters that a terminal interprets. */
function quote(given: string): string {
  const text = given.replaceAll("\0", ""); // no word of a shell can have it
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  if (!unprintable.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`;
  const escaped = [...text].map((character) => {
    if (character === "\n") return "\\n";
    if (character === "\\" || character === "'") return `\\${character}`;
    if (!unprintable.test(character)) return character;
    return [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
  });
  return `$'${escaped.join("")}'`;
}

/** The name of a file in the folder that a program runs in: never a way out of it, nor an option. */
function localName(filename: string, index: number): string {
  const [, name] = /([^/\\]*)$/.exec(filename) ?? [];
  return name && /^[\p{L}\p{N}_][\p{L}\p{N}_. ()-]*$/u.test(name) ? name : `file-${index + 1}`;
}

function writeTypeScript(
  { operation, role, fields, files, path }: MockRequest,
  baseUrl: string,
  text: (text: string) => string,
): string | undefined {
  const client = `const client = createClient({ baseUrl: ${literal(baseUrl)} }); // the key is in TENSORSLAB_API_KEY`;
  const imports = 'import { createClient } from "tensorslab-images";';
  if (role === "status") {
    const [taskid] = Object.values(fields);
    return [imports, "", client, `console.log(await client.status(${literal(text(asText(taskid)))}));`].join(
      "\n",
    );
  }
  if (role === "result") {
    return [
      'import { downloadImage } from "tensorslab-images";',
      "",
      `const image = await downloadImage(${literal(baseUrl + text(path))});`,
    ].join("\n");
  }
  const model = Object.keys(models).find((name) => models[name] === operation);
  if (role !== "submit" || model === undefined) return undefined;
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(fields)) values.set(name, text(literal(value)));
  for (const field of new Set(files.map((file) => file.field))) {
    const read = files.flatMap((file, index) =>
      file.field === field ? [`await fileFromPath(${literal(localName(file.filename, index))})`] : [],
    );
    const isList = operations[operation ?? ""]?.parts?.[field]?.array !== false;
    values.set(field, isList ? `[${read.join(", ")}]` : (read[0] ?? ""));
  }
  const input = [...values].map(([name, value]) => `  ${propertyName(name)}: ${value},`);
  return [
    imports,
    ...(files.length > 0 ? ['import { fileFromPath } from "tensorslab-images/node";'] : []),
    "",
    client,
    `const task = await client.generate(${literal(model)}, {`,
    ...input,
    "});",
    "console.log(task.urls);",
  ].join("\n");
}

/** A value of JSON as a literal of TypeScript, with escapes for characters that an editor would not show. */
function literal(value: unknown): string {
  return JSON.stringify(value).replace(
    new RegExp(unprintable, "g"),
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const propertyName = (name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name) && name !== "__proto__" ? name : `[${literal(name)}]`;

function listFields(fields: MockRequest["fields"]): [string, unknown][] {
  return Object.entries(fields).flatMap(([name, value]) =>
    Array.isArray(value)
      ? value.map((item): [string, unknown] => [name, item])
      : [[name, value] as [string, unknown]],
  );
}

const asText = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "");
