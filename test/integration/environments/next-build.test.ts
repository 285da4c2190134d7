// A build of Next.js, which has no key and no network: pages that make a client, or call it, must build as with bare fetch.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startCaptureServer } from "../../support/capture-server.js";
import { folder, makeScratchFolder, root } from "../support/places.js";
import { run } from "../support/run.js";

const files = {
  "package.json": `{ "private": true, "type": "module" }`,
  "next.config.mjs": `export default { outputFileTracingRoot: ${JSON.stringify(root)}, turbopack: { root: ${JSON.stringify(root)} } };`,
  "app/layout.js": `export default ({ children }) => <html><body>{children}</body></html>;`,
  // A page that asks the service while it is rendered, so it cannot be rendered beforehand.
  "app/ours/page.js": `
    import { createClient } from "tensorslab-images";
    const client = createClient({ baseUrl: process.env.SERVICE ?? "http://127.0.0.1:9999" });
    export default async function Page() {
      return <p>{(await client.status("task-1")).status}</p>;
    }`,
  "app/bare/page.js": `
    export default async function Page() {
      const response = await fetch("http://127.0.0.1:9999/", { method: "POST", cache: "no-store", body: "x" });
      return <p>{response.status}</p>;
    }`,
  "app/client/page.js": `
    "use client";
    import { createClient } from "tensorslab-images";
    const client = createClient({ baseUrl: "/api/images" });
    export default function Page() {
      return <button onClick={() => client.submit("seedreamv5", { prompt: "a fox" })}>make</button>;
    }`,
  // Its runtime has every function of Node's `process`, and each of them throws.
  "app/edge/route.js": `
    import { createClient } from "tensorslab-images";
    export const runtime = "edge";
    const client = createClient({ baseUrl: process.env.SERVICE });
    export const POST = () => client.status("task-1").then(Response.json);`,
  "app/api/images/[...path]/route.js": `
    import { createProxyHandler } from "tensorslab-images";
    export const POST = createProxyHandler({ authorize: () => "visitor" });`,
};

test("next build needs no key, and takes a page that calls the client for a dynamic one", async () => {
  const server = await startCaptureServer();
  const scratch = await makeScratchFolder("next");
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(scratch, path, ".."), { recursive: true });
    await writeFile(join(scratch, path), text);
  }
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, NEXT_TELEMETRY_DISABLED: "1", SERVICE: server.url };
  try {
    await run(process.execPath, [join(folder, "node_modules/next/dist/bin/next"), "build"], {
      cwd: scratch,
      env,
    });
  } finally {
    await server.close();
  }
  const { routes } = JSON.parse(await readFile(join(scratch, ".next/prerender-manifest.json"), "utf8")) as {
    routes: Record<string, unknown>;
  };
  const prerendered = Object.keys(routes);
  expect(prerendered).toContain("/client");
  expect(prerendered).not.toContain("/ours");
  expect(prerendered).not.toContain("/bare");
  expect(server.requests).toEqual([]);
});
