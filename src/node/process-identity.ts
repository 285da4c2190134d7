import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { encodeName } from "./image-files.js";

/** A process that can be told from every other one, before and after it. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, in ticks since the boot; 0 where the system does not tell. */
  started: string;
  /** The installation of the system; several machines may have one name, as in a cloud. */
  machine: string;
  /** The boot that it runs under, and the namespace that its pid is of. */
  boot: string;
  namespace: string;
  /** The machine's name, encoded as file names are. */
  host: string;
}

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  return {
    pid: process.pid,
    started: startOf(process.pid)?.started ?? "0",
    machine: shorten(read(() => readFileSync("/etc/machine-id", "utf8"))),
    boot: shorten(read(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"))),
    namespace: shorten(read(() => readlinkSync("/proc/self/ns/pid"))),
    host: encodeName(hostname()),
  };
}

/**
 * Whether a process is certain to have ended: its machine was started again, or nothing has its pid and its start time.
 *
 * A process on another machine or in another container cannot be seen, so its end is never certain.
 */
export function hasEnded(other: ProcessIdentity, own = ownIdentity()): boolean {
  if (other.host !== own.host || other.machine !== own.machine) return false;
  if (other.boot !== own.boot) return other.boot !== unknown && own.boot !== unknown;
  if (other.namespace !== own.namespace) return false;
  if (own.started === "0" || other.started === "0") return !isRunning(other.pid);
  const found = startOf(other.pid);
  // Some systems (`hidepid`) show a user no processes of others; their pids can be asked for all the same.
  return found ? found.isZombie || found.started !== other.started : !isRunning(other.pid);
}

const unknown = "0";

/** Linux tells of each process when it started; the name, in parentheses, may hold anything. */
function startOf(pid: number): { started: string; isZombie: boolean } | undefined {
  const text = read(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, started] = [fields?.[0], fields?.[19]];
  return started === undefined ? undefined : { started, isZombie: state === "Z" || state === "X" };
}

/** Whether anything has that pid now. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function read(look: () => string): string | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

function shorten(text: string | undefined): string {
  return text === undefined ? unknown : createHash("sha256").update(text).digest("hex").slice(0, 12);
}
