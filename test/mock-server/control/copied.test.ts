import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { createClient } from "../../../src/index.js";
import { fileFromPath } from "../../../src/node/index.js";
import { exchange, postForm, submitPath, textPart } from "../wire.js";
import { startWithPage } from "./page.js";

const run = promisify(execFile);
const apiKey = "sk-a-long-and-secret-key";

/** Runs a copied command in a shell, in which curl prints what it is given. */
async function parametersOf(command: string): Promise<string[]> {
  const shell = `curl() { printf '%s\\0' "$@"; }\n${command}`;
  const { stdout } = await run("bash", ["-c", shell], { env: { TENSORSLAB_API_KEY: apiKey } });
  return stdout.split("\0").slice(0, -1);
}

/** Runs a copied program, given the package's exports, and returns what it handed to them. */
async function callsOf(program: string): Promise<unknown[][]> {
  const calls: unknown[][] = [];
  const note =
    (name: string, result: unknown) =>
    (...given: unknown[]) => {
      calls.push([name, ...given]);
      return result;
    };
  const client = {
    generate: note("generate", { urls: [] }),
    status: note("status", {}),
  };
  const body = program.replace(/^import .*$/gm, "");
  const AsyncFunction = (async () => {}).constructor as new (
    ...text: string[]
  ) => (...given: unknown[]) => Promise<void>;
  await new AsyncFunction("createClient", "fileFromPath", "downloadImage", "console", body)(
    note("createClient", client),
    (path: string) => ({ path }),
    note("downloadImage", {}),
    { log: () => {} },
  );
  return calls;
}

const prompts = [
  "a fox",
  'it\'s a `fox` $(touch /tmp/x) "quoted" \\ back',
  "line\nbreak\r\nand\ttab",
  "@/etc/passwd",
  "<script>",
  "\u001b]0;title\u0007 and \u202e reversed \u2028 line",
  "${TENSORSLAB_API_KEY}",
  "狐 🦊",
];

describe("a submit that was copied", () => {
  it.each(prompts)("as cURL is one word for each text: %j", async (prompt) => {
    const { server, ask } = await startWithPage();
    await createClient({ apiKey, baseUrl: server.url }).submit("seedreamv5", { prompt, batchsize: 2 });
    const { json } = await ask("GET", "/api/requests/1");
    expect(json.curl).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]/);
    expect(await parametersOf(json.curl)).toEqual([
      "-X",
      "POST",
      server.url + submitPath,
      "-H",
      `Authorization: Bearer ${apiKey}`,
      "--form-string",
      `prompt=${prompt}`,
      "--form-string",
      "batchsize=2",
    ]);
  });

  it.each(prompts)("as TypeScript hands over the same input: %j", async (prompt) => {
    const { server, ask } = await startWithPage();
    await createClient({ apiKey, baseUrl: server.url }).submit("seedreamv5", { prompt, batchsize: 2 });
    const { json } = await ask("GET", "/api/requests/1");
    expect(await callsOf(json.typescript)).toEqual([
      ["createClient", { baseUrl: server.url }],
      ["generate", "seedreamv5", { prompt, batchsize: 2 }],
    ]);
  });

  it("has its files, by names that lead nowhere else", async () => {
    const { server, ask } = await startWithPage();
    const folder = await mkdtemp(join(tmpdir(), "copied-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const client = createClient({ apiKey, baseUrl: server.url });
    const names = ["photo (1).png", "-o.png", "../../up.png", "a;type=x.png"];
    const sourceImage = [];
    for (const name of names) {
      const path = join(folder, `${sourceImage.length}`);
      await writeFile(path, "bytes");
      const file = await fileFromPath(path);
      sourceImage.push(new File([await file.arrayBuffer()], name, { type: "image/png" }));
    }
    await client.submit("seedreamv5", { prompt: "foxes", sourceImage });
    const { curl, typescript } = (await ask("GET", "/api/requests/1")).json;
    const local = ["photo (1).png", "file-2", "up.png", "file-4"];
    const forms = (await parametersOf(curl)).filter((word) => word.startsWith("sourceImage="));
    expect(forms).toEqual(local.map((name) => `sourceImage=@${name};type=image/png`));
    expect((await callsOf(typescript))[1]).toEqual([
      "generate",
      "seedreamv5",
      { prompt: "foxes", sourceImage: local.map((path) => ({ path })) },
    ]);
  });
});

it("a status read and a download are copied as what they are", async () => {
  const { server, ask } = await startWithPage();
  const client = createClient({ apiKey, baseUrl: server.url });
  const { urls, taskid } = await client.generate("seedreamv5", { prompt: "a fox" });
  await (await fetch(urls[0]!)).arrayBuffer();
  const read = (await ask("GET", "/api/requests/2")).json;
  const words = await parametersOf(read.curl);
  expect(words).toContain("Content-Type: application/json");
  expect(JSON.parse(words.at(-1)!)).toEqual({ taskid });
  expect((await callsOf(read.typescript))[1]).toEqual(["status", taskid]);
  const download = (await ask("GET", "/api/requests/3")).json;
  expect(await parametersOf(download.curl)).toEqual(["-X", "GET", urls[0]]);
  expect(await callsOf(download.typescript)).toEqual([["downloadImage", urls[0]]]);
});

it("a request that this package does not make is copied as cURL alone", async () => {
  const { server, ask } = await startWithPage();
  await fetch(`${server.url}/v1/nothing?x='y'`);
  const snippets = (await ask("GET", "/api/requests/1")).json;
  expect(snippets.typescript).toBeUndefined();
  expect(await parametersOf(snippets.curl)).toContain(`${server.url}/v1/nothing?x=%27y%27`);
});

describe("the parts of a form are shown as they came", () => {
  it("with odd names, types and heads", async () => {
    const { server, ask } = await startWithPage();
    await exchange(
      server.url,
      postForm([
        textPart("prompt", "a fox"),
        'Content-Disposition: form-data; name="a%22b%0D%0A"; filename="c\\"d.gif"\r\nContent-Type:  image/gif \r\n\r\nGIF89a',
        "\r\nno head at all",
        "no end of the head",
        'Content-Disposition: form-data; name="jpeg"; filename="x"\r\n\r\n\xff\xd8\xff',
      ]),
    );
    const { parts } = (await ask("GET", "/api/requests/1")).json;
    expect(parts).toMatchObject([
      { name: "prompt", text: "a fox" },
      { name: 'a"b\r\n', filename: 'c"d.gif', contentType: "image/gif", picture: "image/gif", size: 6 },
      { name: "", size: 14 },
      { name: "", size: 0 },
      { name: "jpeg", filename: "x" },
    ]);
  });

  it("with what there is of one that was cut off, and none without a boundary", async () => {
    const { server, ask } = await startWithPage();
    for (const [type, body] of [
      ["multipart/form-data; boundary=b", '--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na fo'],
      ["multipart/form-data", "--b\r\n\r\nx\r\n--b--"],
      ["multipart", "x"],
      ["text/plain; boundary=b", "--b\r\n\r\nx\r\n--b--"],
    ] as const) {
      await fetch(server.url + submitPath, { method: "POST", headers: { "content-type": type }, body });
    }
    const shown = await Promise.all(
      [1, 2, 3, 4].map(async (ordinal) => (await ask("GET", `/api/requests/${ordinal}`)).json.parts),
    );
    expect(shown[0]).toMatchObject([{ name: "prompt", text: "a fo", isWhole: false }]);
    expect(shown.slice(1)).toEqual([[], [], []]);
  });
});

describe("the form of a model", () => {
  it("has its fields as the document describes them", async () => {
    const { ask } = await startWithPage();
    const { forms, markers, authentication } = (await ask("GET", "/api/forms")).json;
    expect(authentication).toEqual({ header: "Authorization", scheme: "Bearer" });
    expect(Object.keys(markers).length).toBeGreaterThan(5);
    expect(forms).toMatchObject([{ model: "seedreamv5", method: "POST", path: submitPath }]);
    const fields = Object.fromEntries(forms[0].fields.map((field: { name: string }) => [field.name, field]));
    expect(fields).toMatchObject({
      prompt: { type: "string", array: false, required: true },
      batchsize: { type: "integer", required: false, minimum: 1, maximum: 15, default: 1 },
      sourceImage: { type: "file", array: true, required: false },
    });
  });

  it("is sent by the page over the port of the API, with its own headers alone", async () => {
    const { server, ask } = await startWithPage();
    const form = new FormData();
    form.append("prompt", "a fox");
    const encoded = new Response(form);
    const reply = await ask(
      "POST",
      `/try${submitPath}`,
      Buffer.from(await encoded.arrayBuffer()).toString(),
      {
        "content-type": encoded.headers.get("content-type")!,
        authorization: "Bearer any",
        "x-of-the-browser": "1",
      },
    );
    expect(reply.status).toBe(200);
    expect(reply.headers).toMatchObject({
      "x-response-status": "200",
      "content-type": "text/plain; charset=utf-8",
    });
    expect(JSON.parse(reply.body.toString())).toMatchObject({ code: 1000 });
    expect(server.requests[0]!.headers).not.toHaveProperty("x-of-the-browser");
    expect(server.ledger).toHaveLength(1);
  });

  it("whose request is reset says that there was no response", async () => {
    const { server, ask } = await startWithPage();
    await ask("POST", "/api/faults", { role: "submit", failure: { kind: "reset" } });
    const reply = await ask("POST", `/try${submitPath}`, "prompt=a+fox", {
      "content-type": "application/x-www-form-urlencoded",
    });
    expect(reply.status).toBe(502);
    expect(reply.body.toString()).toBe("The connection ended without a response.");
    expect(server.requests).toHaveLength(1);
  });
});
