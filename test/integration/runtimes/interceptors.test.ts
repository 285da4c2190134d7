import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeScratchFolder } from "../support/places.js";
import { run } from "../support/run.js";
import { programOf } from "./programs.js";
import { startServers } from "./servers.js";

const begin = `
  import { createRequire } from "node:module";
  import { AsyncLocalStorage } from "node:async_hooks";
  import { createClient } from "tensorslab-images";
  const { api, options } = JSON.parse(process.argv[2]);
  const client = createClient({ ...options, baseUrl: api, submitRetries: 0 });
  const sourceImage = [new File([new Uint8Array(5)], "a.png", { type: "image/png" })];
`;

/** MSW answers one submit, whose form it can read whole, and lets the next one pass. */
const msw = `${begin}
  const { http, HttpResponse, passthrough } = await import("msw");
  const { setupServer } = await import("msw/node");
  const seen = [];
  const submit = http.post("*/v1/images/seedreamv5", async ({ request }) => {
    const form = await request.clone().formData();
    if (form.get("prompt") === "let through") return passthrough();
    const { name, size } = form.get("sourceImage");
    seen.push(form.get("prompt"), name, size, request.headers.has("authorization"));
    return HttpResponse.json({ code: 1000, msg: "", data: { taskid: "of-the-interceptor" } });
  });
  const server = setupServer(submit, http.post("*", () => passthrough()));
  server.listen();
  const { taskid } = await client.submit("seedreamv5", { prompt: "intercepted", sourceImage });
  const { status } = await client.generate("seedreamv5", { prompt: "let through", sourceImage });
  server.close();
  console.log(taskid, ...seen, status);
`;

/** Inside a request to Next.js, whose fetch looks things up in a cache: nothing of ours may be. */
const nextjs = `${begin}
  globalThis.AsyncLocalStorage = AsyncLocalStorage; // as its server does
  const require = createRequire(import.meta.url);
  const { patchFetch } = require("next/dist/server/lib/patch-fetch");
  const { workAsyncStorage } = require("next/dist/server/app-render/work-async-storage.external");
  const { workUnitAsyncStorage } = require("next/dist/server/app-render/work-unit-async-storage.external");
  patchFetch({ workAsyncStorage, workUnitAsyncStorage });
  let lookups = 0;
  const incrementalCache = {
    generateCacheKey: async () => String(++lookups),
    get: async () => null,
    set: async () => {},
    lock: async () => () => {},
    resetRequestCache() {},
  };
  const store = { route: "/", page: "/route", incrementalCache, pendingRevalidates: {}, afterContext: {}, nextFetchId: 1 };
  await workAsyncStorage.run(store, async () => {
    for (const prompt of ["the same fox", "the same fox"]) {
      const { status } = await client.generate("seedreamv5", { prompt, sourceImage });
      console.log(status, "after", lookups, "lookups");
    }
    await fetch(api, { cache: "force-cache" });
    console.log("the cache is there:", lookups > 0);
  });
`;

/** Programs that replace fetch after a client was created. */
test.each([
  ["msw", msw, "of-the-interceptor intercepted a.png 5 true completed\n"],
  ["next", nextjs, `${"completed after 0 lookups\n".repeat(2)}the cache is there: true\n`],
])("%s, installed after the client was created", async (name, source, expected) => {
  const folder = await makeScratchFolder("interceptors");
  await writeFile(join(folder, `${name}.js`), source);
  const servers = await startServers();
  onTestFinished(servers.close);
  const parameters = [`${name}.js`, JSON.stringify(servers.settings)];
  const { stdout, stderr } = await run(programOf("node-24"), parameters, { cwd: folder });
  expect(stderr + stdout).toBe(expected);
});
