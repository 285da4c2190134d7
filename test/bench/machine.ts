import { cpus, totalmem } from "node:os";
import { peerVersions } from "./prepare.js";

/** The machine that the figures were taken on: its class, never its name. */
export interface Machine {
  system: string;
  processors: string;
  memory: string;
  versions: Record<string, string>;
}

export async function describeMachine(): Promise<Machine> {
  const [first] = cpus();
  return {
    system: `${process.platform} ${process.arch}`,
    processors: `${cpus().length} × ${first?.model.trim() ?? "unknown"}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    versions: { node: process.version, ...(await peerVersions()) },
  };
}
