import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findProgram } from "./debian.js";
import { run } from "./run.js";

/** A server of others, with data of its own, on a port that nobody else has. */
export interface Service {
  url: string;
  port: number;
  /** Ends it and starts it again with the same data, if it keeps any. */
  restart(): Promise<void>;
  /** Ends it, and removes its data. */
  stop(): Promise<void>;
}

/** Starts a Redis that keeps its data in memory; with `durable`, in a file that is synced at each write. */
export async function startRedis({ durable = false } = {}): Promise<Service> {
  const program = await findProgram("redis-server");
  const port = await freePort();
  const data = await mkdtemp(join(tmpdir(), "redis-"));
  const parameters = [
    ["--port", `${port}`],
    ["--bind", "127.0.0.1"],
    ["--dir", data],
    ["--save", ""],
    ["--appendonly", durable ? "yes" : "no"],
    ["--appendfsync", "always"],
    // What BullMQ asks for: a queue must not lose jobs when memory is short.
    ["--maxmemory-policy", "noeviction"],
  ].flat();
  return serve(() => start(program, parameters), `redis://127.0.0.1:${port}`, port, data);
}

/** Starts a PostgreSQL with an empty database `postgres`, whose user `postgres` needs no password. */
export async function startPostgres(): Promise<Service> {
  const [program, initdb] = [await findProgram("postgres"), await findProgram("initdb")];
  const data = await mkdtemp(join(tmpdir(), "postgres-"));
  const owner = await unprivileged();
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(data, owner.uid, owner.gid);
  await chmod(data, 0o700);
  await run(initdb, ["--pgdata", data, "--username", "postgres", "--auth", "trust", "--no-sync"], {
    ...owner,
    cwd: data,
  });
  const port = await freePort();
  const parameters = [
    "-D",
    data,
    "-p",
    `${port}`,
    "-h",
    "127.0.0.1",
    "-k",
    data,
    "-F",
    "-c",
    "lc_messages=C",
  ];
  const startServer = () => start(program, parameters, { ...owner, cwd: data });
  return serve(startServer, `postgres://postgres@127.0.0.1:${port}/postgres`, port, data);
}

/** PostgreSQL refuses to run as root: then its own user runs it. */
async function unprivileged(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const id = async (kind: string) => Number((await run("id", [kind, "postgres"])).stdout);
  return { uid: await id("--user"), gid: await id("--group") };
}

function start(program: string, parameters: string[], options: object = {}) {
  const child = spawn(program, parameters, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (printed += String(chunk)));
  return { child, printed: () => printed };
}

/** Starts a server that can be restarted. */
async function serve(
  startServer: () => ReturnType<typeof start>,
  url: string,
  port: number,
  data: string,
): Promise<Service> {
  const remove = () => rm(data, { recursive: true, force: true });
  const begin = () =>
    untilItServes(startServer(), url).catch(async (error: unknown) => {
      await remove();
      throw error;
    });
  let end = await begin();
  return {
    url,
    port,
    async restart() {
      await end();
      end = await begin();
    },
    async stop() {
      await end();
      await remove();
    },
  };
}

/** Waits until a server takes connections; fails with what it printed if it ends instead. Returns what ends it. */
async function untilItServes(
  { child, printed }: { child: ChildProcess; printed: () => string },
  url: string,
): Promise<() => Promise<void>> {
  // A process that is killed leaves no server behind.
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const end = async () => {
    process.off("exit", kill);
    if (isOver()) return;
    const exited = once(child, "exit");
    child.kill("SIGINT");
    const impatience = setTimeout(kill, 10_000);
    await exited;
    clearTimeout(impatience);
  };
  const deadline = Date.now() + 60_000;
  // A port that is open is not enough: both servers refuse to work until they have read their data.
  while (!/ready to accept connections/i.test(printed())) {
    if (isOver() || Date.now() > deadline) {
      await end();
      throw new Error(`The server of ${url} does not start:\n${printed()}`);
    }
    await delay(50);
  }
  return end;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
