import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { makeFolder } from "../../support/generate.js";
import { png } from "../../node/fixtures.js";
import { buildCommand } from "../../cli/support/child.js";
import { apiKey } from "../../cli/support/command.js";

// Text of others must not steer the terminal that it is shown in: not from a response, a record, a lock, a list or a name.

/**
 * Commands a runner, clears the screen, writes to the clipboard, makes a link, overwrites the line, turns text round, hides
 * and forges lines.
 */
const hostile =
  "::stop-commands::x ##[add-mask]x ##vso[task.setvariable variable=PATH]x" +
  "\x1b[2J\x1b]52;c;b3duZWQ=\x07\x1b]8;;https://evil.example\x1b\\click\r\x08\x7f\x9b31m\x9d0;t\x9c" +
  "\u202eevil\u2066\u200f\u061c\u200b\u{e0041}\u2028forged\nforged\x85forged";

/** Characters that no file system takes in a name. */
const hostileName = hostile.replaceAll("/", "|");

let program: string;
beforeAll(async () => {
  program = await buildCommand();
});

/** A service whose every text is hostile: what it does depends on the word in the prompt or in the task's id. */
async function startHostileService(): Promise<string> {
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      if (request.url?.startsWith("/image")) return void response.end(png());
      if (request.url?.startsWith("/page")) return void response.end(`<h1>${hostile}</h1>`);
      if (request.url?.startsWith("/away")) {
        const location = Buffer.from(`http://127.0.0.1:1/\t${encodeURI(hostile)}`).toString("latin1");
        return void response.writeHead(302, { location }).end();
      }
      const [kind = ""] = /(?<=case-)[a-z]+/.exec(body) ?? [];
      const isRead = request.url?.endsWith("/infobytaskid");
      const taskid = isRead
        ? (JSON.parse(body) as { taskid: string }).taskid
        : `case-${kind}${kind === "task" ? hostile : ""}`;
      const [status, content] = (isRead ? tasks : submits)(kind, taskid, `http://${request.headers.host}`);
      const headers = { "retry-after": "0", "content-type": `text/html;x=${encodeURI(hostile)}` };
      response
        .writeHead(status, headers)
        .end(typeof content === "string" ? content : JSON.stringify(content));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function submits(kind: string, taskid: string): [number, unknown] {
  if (kind === "refused") return [200, { code: 9999, msg: hostile }];
  if (kind === "code") return [200, { code: hostile, msg: hostile, [hostile]: hostile }];
  if (kind === "key") return [401, { code: 9999, msg: hostile }];
  if (kind === "page") return [200, `<h1>${hostile}</h1>`];
  if (kind === "shape")
    return [200, { code: 1000, msg: hostile, data: { taskid: "case-shape", url: { [hostile]: hostile } } }];
  return [200, { code: 1000, msg: hostile, data: { taskid } }];
}

function tasks(kind: string, taskid: string, origin: string): [number, unknown] {
  const read = (data: object) => ({ code: 1000, msg: hostile, data: { taskid, image_status: 3, ...data } });
  if (kind === "failed") return [200, read({ image_status: 4, error_message: hostile })];
  if (kind === "url") return [200, read({ url: [`http://evil.example/${hostile}`, hostile] })];
  if (kind === "away") return [200, read({ url: [`${origin}/away`] })];
  if (kind === "html") return [200, read({ url: [`${origin}/page${hostile}`] })];
  if (kind === "other") return [200, read({ taskid: hostile })];
  return [200, read({ url: [`${origin}/image${hostile}`], starttime: hostile, width: 8, height: 4 })];
}

const kinds = "refused code page shape task failed url away html other image".split(" ");

interface Surroundings {
  environment?: Record<string, string>;
  isTerminal?: boolean;
}

/** Runs the built command; everything that it shows is checked. */
async function show(
  words: string[],
  { environment, isTerminal = false }: Surroundings = {},
): Promise<string> {
  const quoted = [process.execPath, program, ...words]
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(" ");
  const [file, parameters] = isTerminal
    ? ["script", ["-qec", quoted, "/dev/null"]]
    : [process.execPath, [program, ...words]];
  const child = spawn(file, parameters, {
    env: {
      PATH: process.env.PATH,
      TERM: "xterm-256color",
      LANG: "C.UTF-8",
      TENSORSLAB_API_KEY: apiKey,
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let shown = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => (shown += String(text)));
  }
  await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  expectHarmless(shown, isTerminal);
  return shown;
}

/** Sequences that the command itself writes in a terminal: colors, and a line that is drawn again. */
const ownSequences = /\x1b\[(?:\d+A|J|[0-9;]+m)|\r(?=\x1b\[J)|\r(?=\n)/g;

function expectHarmless(shown: string, isTerminal: boolean): void {
  const rest = isTerminal ? shown.replace(ownSequences, "") : shown;
  expect(rest).not.toMatch(
    /[^\P{Cc}\t\n]|[\p{Cs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u,
  );
  expect(rest, "no runner is commanded").not.toMatch(/^\s*::|##\w*\[/m);
  expect(rest, "no line is forged").not.toMatch(/^forged/m);
}

const ways: [string, string[], Surroundings][] = [
  ["a pipe", ["--verbose"], {}],
  ["a terminal, with --json", ["--json"], { isTerminal: true }],
];

describe.each(ways)("to %s, hostile text does nothing", (_, flags, surroundings) => {
  it("of a service, in a batch, its records and its results", async () => {
    const url = await startHostileService();
    const folder = await makeFolder();
    const list = join(folder, "jobs.jsonl");
    await writeFile(
      list,
      kinds.map((kind) => JSON.stringify({ id: kind, prompt: `case-${kind}` })).join("\n"),
    );
    const out = join(folder, "out");
    const service = ["--base-url", url, "--timeout", "5"];
    const made = await show(["batch", list, "--out", out, ...service, ...flags], surroundings);
    for (const text of ["refused", "outcome unknown", "task failed", "forged"]) expect(made).toContain(text);
    for (const name of await readdir(out)) {
      if (/^results/.test(name))
        expectHarmless((await readFile(join(out, name), "utf8")).replaceAll("\r\n", "\n"), false);
    }
    await show(["resume", out, ...service, ...flags], surroundings);
    expect(await show(["records", out, ...flags], surroundings)).toContain("case-image");
  });

  it("of a service, in single generations, tasks and downloads", async () => {
    const service = ["--base-url", await startHostileService(), "--timeout", "5", ...flags];
    const out = ["--out", await makeFolder()];
    for (const kind of ["key", "page", "code", "task"]) {
      const shown = await show(["generate", `case-${kind}`, ...service, ...out], surroundings);
      if (kind === "key" || flags.includes("--json")) expect(shown).toContain("forged");
      if (kind === "task") expect(shown, "an id that cannot be shown").toContain("may have been paid for");
    }
    const [, , ...reads] = service.filter((word) => word !== "--timeout" && word !== "5");
    const target = ["--base-url", service[1]!, ...reads];
    expect(await show(["status", "case-image", ...target], surroundings)).toContain("forged");
    await show(["wait", "case-failed", ...target], surroundings);
    await show(["download", `case-url${hostile}`, ...target, ...out], surroundings);
  });

  it("of records, locks and counts that were tampered with", async () => {
    const folder = await makeFolder();
    const time = new Date().toISOString();
    const record = {
      ...{
        version: 2,
        service: "mock",
        model: "seedreamv5",
        input: { prompt: hostile },
        images: 1,
        attempt: 1,
      },
      ...{ files: [], createdAt: time, updatedAt: time },
    };
    const faults: Record<string, unknown>[] = [
      { state: "failed", taskid: "t", error: { code: hostile, message: hostile } },
      { state: "accepted", taskid: hostile },
      { state: "accepted", taskid: "t", service: hostile },
      { state: hostile },
      { state: "rejected", model: hostile },
      { state: "saved", taskid: "t", files: [`../${hostile}`] },
      { state: "saved", taskid: "t", files: [hostileName] },
      { version: hostile },
      { id: hostile },
    ];
    for (const [index, fault] of faults.entries()) {
      const text = JSON.stringify({ ...record, id: `r${index}`, ...fault });
      await writeFile(join(folder, `r${index}.record.json`), text);
    }
    await writeFile(join(folder, "half.record.json"), `{"id": "${hostile}`);
    await writeFile(join(folder, `${hostileName.slice(-60)}.record.json`), JSON.stringify(record));
    await writeFile(join(folder, "encoded%1b%0aforged%.record.json"), "{}");
    await writeFile(join(folder, "%1b%5b2j%0aforged.record.json"), "{}");
    const listed = await show(["records", folder, ...flags], surroundings);
    for (const name of ["r0", "r1", "half"]) expect(listed).toContain(name);
    await show(["resume", folder, "--mock", ...flags], surroundings);

    await mkdir(join(folder, ".lock"));
    await writeFile(join(folder, ".lock", `1.1.1.1.${hostileName.replaceAll(".", "")}.x`), "");
    expect(await show(["resume", folder, "--mock", ...flags], surroundings)).toContain("--break-lock");
  });

  it("of lists, and of names of files and folders", async () => {
    const folder = await makeFolder();
    const lists: [string, string][] = [
      [`${hostileName.slice(0, 80)}.jsonl`, '{"prompt": 7}'],
      ["names.jsonl", JSON.stringify({ id: hostile, prompt: hostile, [hostile]: hostile })],
      ["sources.jsonl", JSON.stringify({ prompt: "a", sourceImage: [hostile] })],
      ["table.csv", `prompt,"${hostile.replaceAll('"', "")}"\na,b\n`],
      ["array.json", `[${JSON.stringify({ resolution: hostile })}, ${hostile}]`],
    ];
    for (const [name, text] of lists) {
      await writeFile(join(folder, name), text);
      const out = join(folder, hostileName.slice(0, 60));
      await show(["batch", join(folder, name), "--dry-run", "--out", out, ...flags], surroundings);
    }
    const source = join(folder, `${hostileName.slice(-60)}.png`);
    await writeFile(source, png());
    const planned = ["a fox", "--source", source, "--dry-run", ...flags];
    expect(await show(planned, surroundings)).toContain("forged");
  });
});

it("of words and variables does nothing", async () => {
  const calls: [string[], Record<string, string>?][] = [
    [[hostile]],
    [[`--${hostile}`]],
    [["generate", "a fox", `--resolution=${hostile}`, "--dry-run"]],
    [["generate", "a fox", "--source", hostileName, "--json"]],
    [["generate", "a fox", "--api-key-file", hostileName]],
    [["generate", "a fox", "--out", `/dev/null/${hostileName}`, "--mock"]],
    [["records", hostileName]],
    [["status", "t"], { TENSORSLAB_BASE_URL: hostile }],
    [["status", "t"], { HTTPS_PROXY: hostile }],
  ];
  for (const [words, environment = {}] of calls) await show(words, { environment });
});
