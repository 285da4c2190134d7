import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { build } from "esbuild";
import { onTestFinished } from "vitest";
import type { GenerationRecord, RecordStore } from "../../../src/index.js";
import { makeScratchFolder } from "../support/places.js";

/** Bundles a program, so that a process of it starts quickly. */
export async function buildWorker(name: "worker" | "lock-holder" = "worker"): Promise<string> {
  const outfile = join(await makeScratchFolder("records"), `${name}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, `programs/${name}.ts`)],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    logLevel: "warning",
  });
  return outfile;
}

export interface Worker {
  process: ChildProcess;
  /** The result of each key: a task, or the code of an error; undefined if the worker was killed. */
  ended: Promise<Record<string, string> | undefined>;
}

/** The moments of a store that a test may want to know of. */
export type StoreMoment = `${"before" | "after"} ${keyof RecordStore}`;

interface Question {
  number: number;
  method: keyof RecordStore;
  parameters: [never, never];
}

/** Starts a worker; `records` are those that it uses, unless it is given a folder. */
export function startWorker(
  program: string,
  work: { baseUrl: string; keys: string[]; folder?: string | undefined; resubmitUnknown?: boolean },
  records: RecordStore,
  onMoment: (moment: StoreMoment, state?: GenerationRecord["state"]) => void = () => undefined,
): Worker {
  const child = fork(program, [JSON.stringify(work)], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let endings: Record<string, string> | undefined;
  const reply = (message: object) => void (child.connected && child.send(message, () => undefined));
  child.on("message", (message: Question | { endings: Record<string, string> }) => {
    if ("endings" in message) return void (endings = message.endings);
    const { number, method, parameters } = message;
    const [first, second] = parameters as [GenerationRecord | string, never];
    const state = typeof first === "string" ? undefined : first.state;
    onMoment(`before ${method}`, state);
    const argument = (method === "claim" ? (second ?? undefined) : second) as never;
    void (records[method] as (first: never, second: never) => Promise<unknown>)(
      first as never,
      argument,
    ).then(
      (result) => {
        onMoment(`after ${method}`, state);
        reply({ number, result });
      },
      (error: Error) => reply({ number, error: error.message }),
    );
    return undefined;
  });
  const ended = new Promise<Record<string, string> | undefined>((resolve) =>
    child.on("close", () => resolve(endings)),
  );
  return { process: child, ended };
}
