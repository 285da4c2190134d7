import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { generate, root } from "../support/generate.js";
import { loadProgram } from "../support/load.js";

interface Results {
  bad: [string, { code: number; message: string }][];
  seeds: string[];
}

let folder: string;

/** A copy of the mock server beside what is generated from another specification. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "regenerated-"));
  await cp(join(root, "spec"), join(folder, "spec"), { recursive: true });
  for (const name of ["mock-server", "schemas"])
    await cp(join(root, "src", name), join(folder, "src", name), { recursive: true });
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await changeSpecification(join(folder, "spec"));
  const [result] = await generate([["--spec", join(folder, "spec"), "--out", join(folder, "generated")]]);
  expect(result).toEqual({ exitCode: 0, errors: "" });
});

afterAll(() => rm(folder, { recursive: true }));

/** Another bound, another model, and other names for what the wire has. */
async function changeSpecification(spec: string): Promise<void> {
  const first = await readFile(join(spec, "seedreamv5.yaml"), "utf8");
  const renamed = first.replaceAll("msg", "message").replace(/\btaskid:/g, "task_id:");
  await writeFile(join(spec, "seedreamv5.yaml"), renamed.replace(/maximum: \d+/, "maximum: 10"));
  const properties = `
                prompt: { type: string }
                seed: { type: integer }
                strength: { type: number, maximum: 1 }
                prompt_extend: { type: string, enum: ["0", "1"] }
                tiling: { type: boolean }
                tags: { type: array, items: { type: string } }
                camera: { type: object, properties: { lens: { type: integer } } }
                mask: { type: string, format: binary }`;
  const other = renamed
    .replace("/v1/images/seedreamv5:", "/v2/paint/zimage:")
    .replace("operationId: seeDreamV5", "operationId: zImage")
    .replace(/(?<=properties:)\n +category:[^]*?(?=\n {6}responses:)/, properties)
    .replace(
      "\ncomponents:",
      `\n  /v2/accounts/{id}:\n    get:\n      operationId: account\n      responses:\n        "200": { description: An account }\ncomponents:`,
    );
  await writeFile(join(spec, "zimage.yaml"), other);
  const overlay = await readFile(join(spec, "overlay.yaml"), "utf8");
  await writeFile(
    join(spec, "overlay.yaml"),
    overlay
      .replaceAll("9999", "7777")
      .replaceAll("image_status", "state")
      .replace("message: msg", "message: message")
      .replace("taskid: taskid", "taskid: task_id")
      .replaceAll("properties.taskid", "properties.task_id")
      .replace(/\btaskid:$/gm, "task_id:")
      .replaceAll("[taskid", "[task_id")
      .replace(/type: http\n +scheme: bearer/, "type: apiKey\n        in: header\n        name: X-Key"),
  );
}

it("serves what another document says, without a change of its own", async () => {
  await writeFile(
    join(folder, "session.ts"),
    `import { startMockServer } from "./src/mock-server/index.js";
     const server = await startMockServer({ taskDurationMs: 0, apiKeys: ["k"], imageSize: 64 });
     async function send(path: string, body: FormData | string | null, headers: Record<string, string> = { "x-key": "k" }) {
       const type = typeof body === "string" ? { "content-type": "application/json" } : {};
       const method = body === null ? "GET" : "POST";
       const response = await fetch(server.url + path, { method, body, headers: { ...headers, ...type } });
       return [response.status, await response.json()] as const;
     }
     function form(fields: Record<string, string | Blob | string[]>) {
       const data = new FormData();
       for (const [name, value] of Object.entries(fields)) for (const item of [value].flat()) data.append(name, item);
       return data;
     }
     const seedream = "/v1/images/seedreamv5", zimage = "/v2/paint/zimage";
     const good = { prompt: "p", seed: "-7", strength: "0.5", prompt_extend: "1", tiling: "true", tags: ["a", "b"], camera: '{"lens":35}', mask: new Blob(["m"]) };
     const made = await send(zimage, form(good));
     const [url] = [(await send("/v1/images/infobytaskid", JSON.stringify({ task_id: made[1].data.task_id })))[1]];
     const results = {
       ten: await send(seedream, form({ prompt: "p", batchsize: "10" })),
       eleven: await send(seedream, form({ prompt: "p", batchsize: "11" })),
       bearer: await send(seedream, form({ prompt: "p" }), { authorization: "Bearer k" }),
       made,
       task: url,
       fields: server.requests[0]!.fields,
       account: await send("/v2/accounts/12", null),
       bad: await Promise.all(Object.entries({ seed: "1.5", strength: "x", prompt_extend: "2", tiling: "yes", camera: "{", mask: "text", tags: [new Blob([])] })
         .map(async ([name, value]) => [name, (await send(zimage, form({ prompt: "p", [name]: value as string })))[1]])),
       seeds: await Promise.all(["5", "6", "5"].map(async (seed) => {
         const { data } = (await send(zimage, form({ prompt: "p", seed })))[1];
         const { data: task } = (await send("/v1/images/infobytaskid", JSON.stringify({ task_id: data.task_id })))[1];
         return Buffer.from(await (await fetch(task.url[0])).arrayBuffer()).toString("base64");
       })),
       ledger: server.ledger.slice(0, 2).map(({ model, images }) => [model, images]),
       image: [(await fetch(url.data.url[0], { headers: { "x-key": "k" } })).status, (await fetch(url.data.url[0], { headers: { authorization: "k" } })).status],
     };
     await server.close();
     export { results };`,
  );
  const { results } = await loadProgram<{ results: Results }>(join(folder, "session.ts"));
  expect(results).toMatchObject({
    ten: [200, { code: 1000, data: { task_id: expect.any(String) as string } }],
    eleven: [200, { code: 7777, message: expect.stringContaining("batchsize") as string }],
    bearer: [401, { code: 7777 }],
    made: [200, { code: 1000, message: "success" }],
    task: { code: 1000, data: { state: 3, url: [expect.any(String) as string], width: 64 } },
    fields: {
      seed: -7,
      strength: 0.5,
      prompt_extend: "1",
      tiling: true,
      tags: ["a", "b"],
      camera: { lens: 35 },
    },
    account: [200, { code: 1000 }],
    ledger: [
      ["zimage", 1],
      ["seedreamv5", 10],
    ],
    image: [403, 200],
  });
  for (const [name, answer] of results.bad) {
    expect(answer).toEqual({ code: 7777, message: expect.stringContaining(name) as string });
  }
  expect(results.bad).toHaveLength(7);
  const [five, six, fiveAgain] = results.seeds;
  expect(fiveAgain).toBe(five);
  expect(six).not.toBe(five);
});
