import { createRequire } from "node:module";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { folder as packages } from "../support/places.js";
import type { Report, Settings } from "./scenario.js";

const worker = `
  import * as library from "tensorslab-images";
  import { runScenario } from "./scenario.js";
  export default {
    async fetch(request) {
      return Response.json(await runScenario(library, await request.json()));
    },
  };
`;

interface Miniflare {
  dispatchFetch(url: string, init: RequestInit): Promise<Response>;
  dispose(): Promise<void>;
}

/** The newest compatibility date that this workerd knows. */
export function newestDate(): string {
  const require = createRequire(join(packages, "node_modules/miniflare/package.json"));
  return (require("workerd") as { compatibilityDate: string }).compatibilityDate;
}

/** The scenario in workerd, bundled as a worker is. */
export async function runInWorkerd(
  folder: string,
  compatibilityDate: string,
  settings: Settings,
): Promise<Report> {
  const { outputFiles } = await build({
    stdin: { contents: worker, resolveDir: folder },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    conditions: ["workerd", "worker", "browser"],
  });
  const entry = pathToFileURL(join(packages, "node_modules/miniflare/dist/src/index.js"));
  const { Miniflare } = (await import(entry.href)) as { Miniflare: new (options: object) => Miniflare };
  // What workerd says of a failed name lookup, beside the error that the program gets, is long and of no use.
  const handleRuntimeStdio = (...streams: Readable[]) => streams.forEach((stream) => stream.resume());
  const script = outputFiles[0]?.text;
  const miniflare = new Miniflare({ modules: true, script, compatibilityDate, handleRuntimeStdio });
  try {
    const answer = await miniflare.dispatchFetch("http://localhost/", {
      method: "POST",
      body: JSON.stringify(settings),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return JSON.parse(text) as Report;
  } finally {
    await miniflare.dispose();
  }
}
