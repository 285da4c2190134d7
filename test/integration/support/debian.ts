import { access, readdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { run } from "./run.js";
import { tryAgain } from "./try-again.js";

/** Programs that tests use, and the package of Debian that has each. */
const packages = {
  chromium: "chromium",
  fish: "fish",
  initdb: "postgresql",
  "mkfs.exfat": "exfatprogs",
  "mount.exfat-fuse": "exfat-fuse",
  postgres: "postgresql",
  "redis-server": "redis-server",
  zsh: "zsh",
};

/**
 * The path of a program of this machine; its package is installed if it is missing.
 *
 * The environment variable `CHROMIUM` may name a browser that stands elsewhere.
 */
export async function findProgram(program: keyof typeof packages): Promise<string> {
  if (program === "chromium" && process.env.CHROMIUM) return process.env.CHROMIUM;
  const found = await lookUp(program);
  if (found !== undefined) return found;
  await install(packages[program]).catch((cause: unknown) => {
    throw new Error(`${program} is missing. Install it; on Debian, apt-get install ${packages[program]}`, {
      cause,
    });
  });
  const installed = await lookUp(program);
  if (installed === undefined) throw new Error(`${packages[program]} is installed but has no ${program}`);
  return installed;
}

async function lookUp(program: string): Promise<string | undefined> {
  const postgres = "/usr/lib/postgresql"; // its servers stand in a folder for each version
  const versions = await readdir(postgres).catch(() => []);
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter),
    "/usr/sbin",
    "/sbin",
    ...versions.map((version) => join(postgres, version, "bin")),
  ];
  for (const path of folders.map((folder) => join(folder, program))) {
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

/** Installs a package of Debian, as root or by a sudo that asks for no password. */
async function install(name: string): Promise<void> {
  const apt = async (...parameters: string[]) => {
    const [program = "", ...rest] = asRoot("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...parameters);
    await run(program, rest);
  };
  await tryAgain(async () => {
    await apt("update", "--quiet");
    await apt("install", "--quiet", "--yes", "--no-install-recommends", name);
  });
}

/** The words of a command that runs as root, by a sudo that asks for no password if need be. */
export const asRoot = (...words: string[]): string[] =>
  process.getuid?.() === 0 ? words : ["sudo", "--non-interactive", ...words];
