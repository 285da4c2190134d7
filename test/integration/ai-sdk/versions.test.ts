// The models with each version of the SDK that takes them: their types, and every way in which a submit can go.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startMockServer } from "tensorslab-images/mock-server";
import { submitFaults } from "../../faults/support/submit-faults.js";
import { programOf } from "../runtimes/programs.js";
import { makeScratchFolder, root } from "../support/places.js";
import { run } from "../support/run.js";

const sdks = [
  ["ai", process.execPath],
  ["ai-7", programOf("node-22")],
] as const;

const program = (sdk: string) => `
  import { createInterface } from "node:readline";
  import { generateImage } from "${sdk}";
  import { createClient } from "tensorslab-images";
  import { createTensorsLab } from "tensorslab-images/ai-sdk";

  Math.random = () => 0; // no backoff: what is asked for is how often, not when
  globalThis.AI_SDK_LOG_WARNINGS = false;
  const [, , baseUrls] = process.argv;
  const results = [];
  for (const { baseUrl, options } of JSON.parse(baseUrls)) {
    const client = createClient({ apiKey: "key", baseUrl, statusRetries: 0, ...options });
    const model = createTensorsLab({ client }).image("seedreamv5");
    const providerOptions = { tensorslab: { pollIntervalMs: 1, timeoutMs: 2000 } };
    results.push(await generateImage({ model, prompt: "a red fox", providerOptions }).then(
      () => "images",
      ({ name, outcome, taskids }) => ({ name, outcome, taskids }),
    ));
  }
  console.log(JSON.stringify(results));
`;

test.each(sdks)(
  "with %s, no submit is sent or paid for more often than by the client alone",
  async (sdk, node) => {
    const rows = Object.values(submitFaults).flat();
    const servers = await Promise.all(
      rows.map(({ failure }) =>
        startMockServer({
          taskDurationMs: 0,
          imageSize: 8,
          fail: ({ role, ordinalOfRole }) =>
            role !== "submit" ? undefined : typeof failure === "function" ? failure(ordinalOfRole) : failure,
        }),
      ),
    );
    try {
      const folder = await makeScratchFolder("ai-versions");
      await writeFile(join(folder, "program.mjs"), program(sdk));
      const places = rows.map(({ options }, index) => ({ baseUrl: servers[index]!.url, options }));
      const { stdout } = await run(node, ["program.mjs", JSON.stringify(places)], { cwd: folder });
      const results = JSON.parse(stdout) as unknown[];
      const counted = rows.map(({ name }, index) => {
        const { requests, ledger } = servers[index]!;
        return {
          name,
          submits: requests.filter(({ role }) => role === "submit").length,
          charges: ledger.length,
        };
      });
      expect(counted).toEqual(rows.map(({ name, submits, charges }) => ({ name, submits, charges })));
      for (const [index, { name, gives, outcome }] of rows.entries()) {
        if (outcome === undefined || outcome === "accepted") continue;
        expect(results[index], name).toEqual({ name: gives, outcome, taskids: [] });
      }
    } finally {
      await Promise.all(servers.map((server) => server.close()));
    }
  },
);

const types = `
  import type { ImageModel as Model6, Provider as Provider6 } from "ai";
  import type { ImageModel as Model7, Provider as Provider7 } from "ai-7";
  import type { ImageModelV3, ProviderV3 } from "@ai-sdk/provider";
  import { createTensorsLab, tensorslab } from "tensorslab-images/ai-sdk";
  import type { ProviderOptions } from "tensorslab-images/ai-sdk";

  export const models: [Model6, Model7, ImageModelV3] = [tensorslab("seedreamv5"), tensorslab("seedreamv5"), tensorslab("seedreamv5")];
  export const providers: [Provider6, Provider7, ProviderV3] = [tensorslab, tensorslab, createTensorsLab()];
  export const options = { tensorslab: { resolution: "4K" } satisfies ProviderOptions<"seedreamv5"> };
  // @ts-expect-error there is no such model
  tensorslab.image("seedream");
  // @ts-expect-error \`n\` of generateImage says how many
  export const count = { batchsize: 2 } satisfies ProviderOptions<"seedreamv5">;
`;

test.each([true, false])(
  "the types are those that each version wants, with exactOptionalPropertyTypes %s",
  async (exact) => {
    const folder = await makeScratchFolder("ai-types");
    await writeFile(join(folder, "types.ts"), types);
    const compilerOptions = {
      module: "NodeNext",
      target: "ES2022",
      lib: ["ES2023", "DOM", "DOM.Iterable"],
      types: ["node"],
      strict: true,
      exactOptionalPropertyTypes: exact,
      skipLibCheck: true,
      noEmit: true,
    };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    const compiler = join(root, "node_modules/typescript-7/bin/tsc");
    await run(process.execPath, [compiler, "--project", folder]);
  },
);
