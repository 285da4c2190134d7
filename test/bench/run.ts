import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Workload } from "./workloads.js";

const run = promisify(execFile);
const here = import.meta.dirname;

/** The figures of one peer in one round, by measure. */
export type Sample = Record<string, number>;
/** The samples of each peer, one for each round. */
export type Samples = Record<string, Sample[]>;

/** The local server, or a relay to it, in a process of its own. */
export async function startServer(
  file = "server.mjs",
  parameters: readonly string[] = [],
): Promise<{ url: string; stop(): void }> {
  const server = spawn(process.execPath, [join(here, file), ...parameters], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const url of createInterface(server.stdout)) return { url, stop: () => server.kill() };
  throw new Error("The server ended before it listened");
}

/** Lets every peer do the work once in each round, in turn, so that a busy moment of the machine hits all of them. */
export async function runWorkload(
  { kind, settings, peers, relayMs }: Workload,
  rounds: number,
  url: string,
  folder: string,
): Promise<Samples> {
  const isDisk = kind === "disk";
  const path = isDisk ? await writeFileOf(settings.bytes as number, folder) : undefined;
  const told = JSON.stringify({ ...settings, path });
  const samples: Samples = Object.fromEntries(peers.map((peer) => [peer, []]));
  const relay = relayMs === undefined ? undefined : await startServer("relay.mjs", [url, String(relayMs)]);
  for (let round = 0; round < rounds; round++) {
    // Each round begins with another peer.
    const order = [...peers.slice(round % peers.length), ...peers.slice(0, round % peers.length)];
    for (const peer of order) {
      const { stdout } = await run(process.execPath, [
        ...[join(here, "child.mjs"), peer, kind, relay?.url ?? url, told],
      ]);
      samples[peer]?.push(JSON.parse(stdout) as Sample);
    }
  }
  relay?.stop();
  return samples;
}

/** A file of that many bytes, none of them a hole. */
async function writeFileOf(bytes: number, folder: string): Promise<string> {
  const path = join(folder, `${bytes}.png`);
  const piece = Buffer.alloc(2 ** 20, 1);
  piece.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const file = await open(path, "w");
  for (let written = 0; written < bytes; written += piece.length) await file.write(piece);
  await file.sync();
  await file.close();
  return path;
}
