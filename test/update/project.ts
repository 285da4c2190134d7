import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from "undici";
import { parse, stringify } from "yaml";
import { root } from "../support/generate.js";
import { createIdentity } from "./certificate.js";

/** The response of a page. */
export type Page = (request: IncomingMessage, response: ServerResponse) => void;

/** A vendor's site over https, whose pages can be added while it runs. */
export interface Site {
  url: string;
  /** Who trusts it trusts the site. */
  certificate: string;
  pages: Map<string, Page>;
  close: () => Promise<void>;
}

export async function startSite(): Promise<Site> {
  const pages = new Map<string, Page>();
  const identity = createIdentity();
  const serve: RequestListener = (request, response) => {
    const page = pages.get(request.url ?? "");
    if (page) page(request, response);
    else response.writeHead(404).end("no such page");
  };
  const server = createServer(identity, serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificate: identity.cert,
    pages,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The vendored document as the vendor's page shows it. */
export const asPage = (document: string): string =>
  `# SeeDreamV5\n\n> Makes images\n\n\`\`\`bash\ncurl https://api.example.com\n\`\`\`\n\n\`\`\`\`yaml /openapi.json post\n${document}\`\`\`\`\n\nMore.\n`;

/** A project with this one's documents and generated code, whose one document comes from `page`. */
export async function makeProject(
  folder: string,
  page: string,
  origin: Record<string, string> = {},
): Promise<string> {
  await cp(join(root, "spec"), join(folder, "spec"), { recursive: true });
  await cp(join(root, "generated"), join(folder, "generated"), { recursive: true });
  const sources = await readFile(join(folder, "spec/sources.yaml"), "utf8");
  const origins = parse(sources) as Record<string, object>;
  origins["seedreamv5.yaml"] = { ...origins["seedreamv5.yaml"], page, ...origin };
  await writeFile(
    join(folder, "spec/sources.yaml"),
    `# Where each document comes from.\n${stringify(origins)}`,
  );
  await writeFile(
    join(folder, "package.json"),
    '{ "name": "project", "version": "0.3.1", "type": "module" }\n',
  );
  await writeFile(
    join(folder, "CHANGELOG.md"),
    "# Changelog\n\n## Unreleased\n\n- The client.\n\n## 0.3.1\n\n- The first.\n",
  );
  return folder;
}

/** Adds the checks that an update must pass in such a project: a source that is compiled, and a contract test that leaves a mark. */
export async function addSources(project: string, source: string): Promise<void> {
  await symlink(join(root, "node_modules"), join(project, "node_modules"));
  await mkdir(join(project, "src"));
  await mkdir(join(project, "test/contract"), { recursive: true });
  await writeFile(join(project, "src/index.ts"), source);
  for (const name of ["tsconfig.json", "tsconfig.build.json"])
    await cp(join(root, name), join(project, name));
  await writeFile(
    join(project, "test/contract/mark.test.ts"),
    `import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { requests } from "../../generated/validators.js";

test("the generated checks are the new ones", () => {
  expect(requests["POST /v1/images/seedreamv5"]!({ prompt: "a fox", seed: 7 })).toBe(true);
  writeFileSync(new URL("mark", import.meta.url), "tested");
});
`,
  );
}

/** Every file of a project by path, except packages. */
export async function readProject(project: string): Promise<Record<string, string>> {
  const entries = await readdir(project, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = paths.map(
    async (path) => [path.slice(project.length + 1), await readFile(path, "utf8")] as const,
  );
  return Object.fromEntries(await Promise.all(texts));
}

export interface Outcome {
  exitCode: number;
  output: string;
  errors: string;
}

/** Updates with each list of arguments, one after the other; a certificate is trusted meanwhile. */
export async function update(runs: string[][], certificate?: string): Promise<Outcome[]> {
  // It takes long to load, and not every test that makes a project updates it in this process.
  const { runUpdate } = await import("../../scripts/update/command.js");
  const usual = getGlobalDispatcher();
  const trusting = new Agent({ connect: { ca: certificate } });
  setGlobalDispatcher(trusting);
  try {
    const outcomes: Outcome[] = [];
    for (const parameters of runs) {
      const output: string[] = [];
      const errors: string[] = [];
      const exitCode = await runUpdate(parameters, {
        output: (text) => output.push(text),
        error: (text) => errors.push(text),
      });
      outcomes.push({ exitCode, output: output.join("\n"), errors: errors.join("\n") });
    }
    return outcomes;
  } finally {
    setGlobalDispatcher(usual);
    await trusting.destroy();
  }
}

/** Starts the command itself, which can then be killed with all that it has started. */
export function startUpdate(parameters: string[]): { kill: () => void; closed: Promise<unknown> } {
  const script = join(root, "scripts/update/main.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, ...parameters], {
    cwd: root,
    detached: true, // a process group of its own
    stdio: "ignore",
  });
  return { kill: () => void process.kill(-child.pid!, "SIGKILL"), closed: once(child, "close") };
}
