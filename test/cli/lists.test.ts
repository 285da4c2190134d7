import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultModel } from "../../src/cli/input/models.js";
import { readLines } from "../../src/cli/lists/lines.js";
import { parseTable } from "../../src/cli/lists/parse-table.js";
import { openList } from "../../src/cli/lists/read-list.js";
import { makeFolder } from "../support/generate.js";
import { command, readRecords, startServer } from "./support/command.js";
import { pngBytes } from "./support/images.js";

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** A text in pieces, as the chunks of a file come. */
async function* inPieces(text: string, length: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
}

/** The rows and faults of a list, as they are read. */
async function read(name: string, content: string | Uint8Array): Promise<unknown[]> {
  const path = join(await makeFolder(), name);
  await writeFile(path, content);
  return collect((await openList(path))(defaultModel));
}

/** The message of the command about a list, without the path. */
async function complain(name: string, content: string | Uint8Array): Promise<string[]> {
  const path = join(await makeFolder(), name);
  await writeFile(path, content);
  const { exitCode, errors } = await command(["batch", path, "--dry-run"]);
  expect(exitCode).toBe(2);
  return errors
    .split("\n")
    .filter((line) => line.includes(`${path}:`))
    .map((line) => line.replace(/^.*?(\d+: )/, "$1"));
}

const row = (line: number, prompt: string, more: object = {}) => ({ line, fields: { ...more, prompt } });

describe("tables", () => {
  it.each([
    [
      "CR, LF and CRLF",
      "prompt\r\na fox\nb fox\rc fox\n",
      [row(2, "a fox"), row(3, "b fox"), row(4, "c fox")],
    ],
    [
      "a header with LF and rows with CRLF",
      "prompt,resolution\na fox,2K\r\nb fox,16:9\r\n",
      [row(2, "a fox", { resolution: "2K" }), row(3, "b fox", { resolution: "16:9" })],
    ],
    [
      "spaces around cells, but not within quotes",
      'id, prompt, resolution\n1, a red fox, 16:9\n2, "  b " , 2K\n',
      [row(2, "a red fox", { id: "1", resolution: "16:9" }), row(3, "  b ", { id: "2", resolution: "2K" })],
    ],
    [
      "semicolons",
      "id;prompt;resolution\r\n1;a fox;2K\r\n",
      [row(2, "a fox", { id: "1", resolution: "2K" })],
    ],
    ["tabs", "id\tprompt\r\n1\ta, fox\r\n", [row(2, "a, fox", { id: "1" })]],
    [
      "blank lines and rows of nothing",
      "id,prompt\n\n1,a fox\n\n\n,\n2,b\n",
      [row(3, "a fox", { id: "1" }), row(7, "b", { id: "2" })],
    ],
    [
      "headers of another case",
      "ID,Prompt,BatchSize\n1,a fox,2\n",
      [row(2, "a fox", { id: "1", batchsize: 2 })],
    ],
    ["a quote within a cell", 'id,prompt\n3,a 24" tv\n', [row(2, 'a 24" tv', { id: "3" })]],
    ["line breaks in cells", 'prompt\n"a\r\nfox"\n"b"\n', [row(2, "a\r\nfox"), row(4, "b")]],
    ["no line break at the end", "prompt\na fox", [row(2, "a fox")]],
    ["a byte order mark", "\ufeffprompt\na fox\n", [row(2, "a fox")]],
  ])("with %s", async (_, text, rows) => {
    expect(await read("jobs.csv", text)).toEqual(rows);
  });

  it("in .tsv have tabs", async () => {
    expect(await read("jobs.tsv", "prompt\ta;b\n")).toMatchObject([{ line: 1 }]);
    expect(await read("jobs.tsv", "id\tprompt\r\n1\ta fox\r\n")).toEqual([row(2, "a fox", { id: "1" })]);
  });

  it("are read as they were written, wherever the chunks of the file end", async () => {
    const cell = fc.stringMatching(/^[ab,;"\r\n ]{0,6}$/);
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 5 });
    const lineBreak = fc.constantFrom("\n", "\r", "\r\n");
    await fc.assert(
      fc.asyncProperty(table, lineBreak, fc.integer({ min: 1, max: 7 }), async (rows, end, size) => {
        const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const text = rows.map((cells) => cells.map(quote).join(",") + end).join("");
        const chunks = text.match(new RegExp(`.{1,${size}}`, "gs"))!;
        async function* stream() {
          yield* chunks;
        }
        let line = 1;
        const expected = rows.map((cells) => {
          const began = line;
          line +=
            1 +
            (cells
              .map(quote)
              .join(",")
              .match(/\r\n|\n|\r/g)?.length ?? 0);
          return { line: began, cells };
        });
        const found = await collect(parseTable(stream(), () => ","));
        expect(found).toEqual(expected.filter(({ cells }) => cells.some((each) => each !== "")));
      }),
    );
  });

  it("need no line break in a first line of any length", async () => {
    const [fault] = (await read("jobs.csv", `${"prompt ".repeat(100_000)}`)) as [{ message: string }];
    expect(fault.message).toMatch(/^Unknown column `prompt prompt /);
    expect(fault.message.length).toBeLessThan(300);
    const text = `id;${" ".repeat(100_000)}prompt\n1;a fox\n`;
    expect(await read("jobs.csv", text)).toEqual([row(2, "a fox", { id: "1" })]);
  });

  it("are faulty row by row", async () => {
    expect(await complain("jobs.csv", 'id,prompt\n2,\n3,a 24" tv\n4,\n')).toEqual([
      "2: prompt is required",
      "4: prompt is required",
    ]);
    const faults = 'prompt,batchsize\n"a"b,1\nx\ny,many\n\n"  ",1\n"z,1\n';
    expect(await complain("jobs.csv", faults)).toEqual([
      "2: has text after the closing quote of a cell",
      "3: has 1 cells, but there are 2 columns",
      "4: batchsize must be integer",
      "6: prompt must not be blank",
      "7: has a cell whose quote is never closed",
    ]);
  });

  it("have one fault for a misspelt header, and the faults of its cells", async () => {
    const rows = Array.from({ length: 4000 }, (_, index) => `fox ${index},2K,1`).join("\n");
    expect(await complain("jobs.csv", `promt,resolution,batchsize\n${rows}\n,2K,99\n`)).toEqual([
      "1: Unknown column `promt`. Did you mean `prompt`?",
      "4002: prompt is required",
      "4002: batchsize must be <= 15",
    ]);
    expect(await complain("jobs.csv", `text,resolution\na,2K\nb,2K\n`)).toEqual([
      expect.stringMatching(/^1: Unknown column `text`\. Columns: category, prompt, /),
      "1: has no column `prompt`; the first row must name the columns",
    ]);
    expect(await complain("jobs.csv", "prompt,Prompt,\na,b,c\n")).toEqual([
      "1: columns `prompt` and `Prompt` are the same field",
      "1: column 3 has no name",
    ]);
    expect(await complain("jobs.csv", "id|prompt\n1|a fox\n")).toContainEqual(
      expect.stringContaining("separated by commas, semicolons or tabs; here it is a comma"),
    );
  });

  it("and every other list take sources as the command does", async () => {
    const server = await startServer();
    const folder = await makeFolder();
    await writeFile(join(folder, "a.png"), pngBytes);
    const out = join(folder, "out");
    const lists = {
      "jobs.csv": "id,prompt,source,resolution\none,night,a.png; https://example.com/b.png,16x16\n",
      "jobs.json": '[{"id": "two", "prompt": "day", "source": "a.png", "resolution": "16x16"}]',
    };
    for (const [name, text] of Object.entries(lists)) {
      await writeFile(join(folder, name), text);
      const words = ["batch", join(folder, name), "--out", out, "--base-url", server.url];
      expect((await command(words)).exitCode).toBe(0);
    }
    const records = await readRecords(out);
    expect(records.one!.input).toMatchObject({
      sourceImage: [{ path: join(folder, "a.png") }],
      imageUrl: "https://example.com/b.png",
    });
    expect(records.two!.input).toMatchObject({ sourceImage: [{ path: join(folder, "a.png") }] });
    expect(server.requests.filter(({ files }) => files?.length === 1)).toHaveLength(2);
    const both =
      '[{"prompt": "x", "source": "http://a/1", "imageUrl": "http://a/2"}, {"prompt": "x", "source": 3}]';
    expect(await complain("jobs.json", both)).toEqual([
      "1: source and `imageUrl` exclude each other",
      "1: source must be a path or a URL, or a list of them",
    ]);
  });
});

describe("JSON", () => {
  it("arrays give every element with its line", async () => {
    expect(await read("list.json", '[{"prompt":"a fox"}]')).toEqual([row(1, "a fox")]);
    const text = '\n[\n  {"prompt": "a [\\"fox\\"]}"},\r\n  {"prompt":\r    "b"}\n]\n';
    expect(await read("list.json", text)).toEqual([row(3, 'a ["fox"]}'), row(4, "b")]);
    expect(await read("list.json", " [ ] ")).toEqual([]);
  });

  it("arrays list every fault", async () => {
    const text = '[\n3,\n{"prompt": },\n,\n{"prompt": "x"}\n] x';
    expect(await complain("list.json", text)).toEqual([
      expect.stringMatching(/^2: must be a JSON object/),
      expect.stringMatching(/^3: must be valid JSON/),
      expect.stringMatching(/^4: must be valid JSON/),
      "6: has text after the end of the array",
    ]);
    expect(await complain("list.json", '{"prompt": "x"}\n')).toEqual([
      expect.stringContaining("a list with an object on each line is .jsonl"),
    ]);
    expect(await complain("list.json", '[{"prompt": "x"}')).toEqual([
      "1: is not complete: the array does not end",
    ]);
  });

  it("lines end in CR, LF or CRLF", async () => {
    const text = '\ufeff{"prompt":"a"}\r\n{"prompt":"b\u2028"}\r\r{"prompt":"c"}\n';
    expect(await read("list.jsonl", text)).toEqual([row(1, "a"), row(2, "b\u2028"), row(4, "c")]);
    expect(await complain("list.jsonl", '{"prompt":"   "}\n{"promt":"x"}\n')).toEqual([
      "1: prompt must not be blank",
      "2: prompt is required",
      expect.stringMatching(/^2: promt /),
    ]);
  });

  it("lines are read in time that grows with their length alone, wherever the chunks end", async () => {
    const long = "x".repeat(2_000_000);
    expect(await collect(readLines(inPieces(`a\r\n${long}\n\rb\r`, 100)))).toEqual(["a", long, "", "b"]);
    const text = "a\r\nb\rc\n\r\n\r\rd";
    const lines = ["a", "b", "c", "", "", "", "d"];
    for (let length = 1; length <= text.length; length++) {
      expect(await collect(readLines(inPieces(text, length)))).toEqual(lines);
      expect(await collect(readLines(inPieces(`${text}\r`, length)))).toEqual(lines);
    }
  });

  it("ids are what was written, and not what a number was rounded to", async () => {
    const ids = '{"prompt":"a","id":12345678901234567890}\n{"prompt":"b","id":9007199254740991}\n';
    expect(await complain("list.jsonl", `${ids}{"prompt":"c","id":12345678901234567891}\n`)).toEqual([
      "1: id is a number that cannot be read exactly: put it in quotation marks",
      "3: id is a number that cannot be read exactly: put it in quotation marks",
    ]);
  });

  it("never takes one of two prompts in silence", async () => {
    const twice = String.raw`{"prompt": "a", "sourceImage": [{"prompt": "b"}, "}"], "promp\u0074" : "c \" {"}`;
    expect(await complain("list.jsonl", `{"prompt":"x:{\\"prompt\\":"}\n${twice}\n`)).toEqual([
      "2: prompt is there more than once",
    ]);
    const nested = '{"prompt":"a","sourceImage":[{"prompt":"b"},{"prompt":"c"}]}';
    for (const fault of await complain("list.jsonl", nested)) expect(fault).not.toContain("more than once");
    expect(await complain("list.json", `[{"id": "id", "prompt": "id"},\n ${twice}]`)).toEqual([
      "2: prompt is there more than once",
    ]);
  });
});

describe("text", () => {
  it("has a prompt on each line", async () => {
    expect(await read("prompts.txt", "a fox\r\n\n  b, fox \r")).toEqual([row(1, "a fox"), row(3, "b, fox")]);
  });
});

describe("encodings", () => {
  const latin1 = (text: string) => Buffer.from(text, "latin1");
  // "狐は" and "夜の狐" in Shift-JIS, "狐狸在雪地里" in GB 18030, "여우와 눈" in EUC-KR
  const samples: [string, Buffer, number, string][] = [
    ["Windows-1252", latin1("id,prompt\r\n1,Schwarzw\xe4lder Torte\r\n"), 2, "Windows-1252"],
    ["quotes of Windows-1252", latin1("prompt\na\n\x93smart quotes\x94 \x96 dash\n"), 3, "Windows-1252"],
    ["Shift-JIS", latin1("prompt\n\x8c\xcf\x82\xcd\n\x96\xe9\x82\xcc\x8c\xcf\n"), 2, "Shift-JIS"],
    ["GB 18030", latin1("prompt\r\xba\xfc\xc0\xea\xd4\xda\xd1\xa9\xb5\xd8\xc0\xef\r"), 2, "GB18030"],
    ["EUC-KR", latin1("prompt\n\xbf\xa9\xbf\xec\xbf\xcd \xb4\xab\n"), 2, "EUC-KR"],
    [
      "UTF-16 without a mark",
      Buffer.from("prompt\na fox\n", "utf16le"),
      1,
      "UTF-16 without a byte order mark",
    ],
    [
      "half of a character in UTF-16",
      Buffer.from("\ufeffprompt\na \ud800 fox\n", "utf16le"),
      1,
      "UTF-16 that was cut",
    ],
    ["a character that is cut off", latin1("prompt\na \xe2\x82"), 2, "cut off"],
  ];

  it.each(samples)("of a list: %s is refused, with its line", async (_, bytes, line, name) => {
    for (const kind of ["csv", "txt", "jsonl", "json"]) {
      const [fault] = await complain(`jobs.${kind}`, bytes);
      expect(fault).toMatch(new RegExp(`^${line}: is not UTF-8; it looks like .*${name}`));
    }
  });

  it("of a list are found beyond the first chunk", async () => {
    const many = Buffer.concat([
      Buffer.from("prompt\n"),
      Buffer.from("füchse\n".repeat(30_000)),
      latin1("W\xe4lder\n"),
    ]);
    expect(await complain("jobs.csv", many)).toEqual([expect.stringMatching(/^30002: is not UTF-8/)]);
    expect(await read("jobs.csv", many.subarray(0, -7))).toHaveLength(30_000);
  });

  it.each([
    ["utf-16le", Buffer.from("\ufeffprompt\r\nein schöner Fuchs 狐\r\n", "utf16le")],
    ["utf-16be", Buffer.from("\ufeffprompt\r\nein schöner Fuchs 狐\r\n", "utf16le").swap16()],
  ])("of a list: %s with a mark is read", async (_, bytes) => {
    expect(await read("jobs.csv", bytes)).toEqual([row(2, "ein schöner Fuchs 狐")]);
  });

  it.each(samples)("of standard input: %s is refused", async (_, bytes, line) => {
    const server = await startServer();
    const words = ["generate", "-", "--base-url", server.url, "--out", await makeFolder()];
    const { exitCode, errors } = await command(words, { input: bytes });
    expect([exitCode, errors]).toEqual([2, expect.stringContaining(`standard input:${line}: is not UTF-8`)]);
    expect(server.requests).toHaveLength(0);
  });

  it("of standard input: UTF-16 with a mark is read", async () => {
    const server = await startServer();
    const words = ["-", "--resolution", "16x16", "--base-url", server.url, "--out", await makeFolder()];
    const input = Buffer.from("\ufeffein schöner Fuchs\r\n", "utf16le");
    expect((await command(words, { input })).exitCode).toBe(0);
    expect(server.requests[0]!.fields).toMatchObject({ prompt: "ein schöner Fuchs" });
  });

  it("that were lost before are refused", async () => {
    const { exitCode, errors } = await command(["Schwarzw\ufffdlder Kirschtorte", "--dry-run"]);
    expect([exitCode, errors]).toEqual([2, expect.stringContaining("U+FFFD")]);
    expect(await complain("jobs.csv", "prompt\nSchwarzw\ufffdlder\n")).toEqual([
      expect.stringMatching(/^2: prompt is garbled/),
    ]);
  });
});
