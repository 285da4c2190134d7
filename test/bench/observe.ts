import { cpuUsage } from "node:process";
import { createClient } from "../../src/index.js";
import { createObserve } from "../../src/reliability/instrument.js";
import type { Samples } from "./run.js";
import { ours } from "./workloads.js";
import type { Workload } from "./workloads.js";

/** The cost of being ready for an instrumentation that is not there. */
export const observe: Workload = {
  name: "observe",
  title: "Submit of text fields, without an instrumentation",
  kind: "observe",
  settings: {},
  peers: [ours],
  measures: [
    { key: "observeUs", label: "CPU of the place for one", unit: "µs", better: "lower" },
    { key: "percentOfSubmit", label: "of a submit's CPU", unit: "%", better: "lower" },
  ],
  rounds: 5,
  quickRounds: 1,
};

const submits = 2000;
const calls = 500_000;

/** Measures {@link observe}: the same work with and without the place for an instrumentation, beside whole submits. */
export async function runObserve(rounds: number, url: string): Promise<Samples> {
  const samples: Record<string, number>[] = [];
  const client = createClient({ apiKey: "any", baseUrl: url });
  const place = createObserve(undefined);
  const work = (): Promise<number> => Promise.resolve(1);
  const submit = () => client.submit("seedreamv5", { prompt: "a red fox in fresh snow" });
  const bare = () => work();
  const observed = () => place({ name: "submit", model: "seedreamv5", attempts: 0, requested: 1 }, work);
  for (const warmUp of [submit, bare, observed]) await cpuMicroseconds(submits, warmUp);
  for (let round = 0; round < rounds; round++) {
    const submitUs = await cpuMicroseconds(submits, submit);
    const bareUs = await cpuMicroseconds(calls, bare);
    const observedUs = await cpuMicroseconds(calls, observed);
    const observeUs = observedUs - bareUs;
    samples.push({ observeUs, percentOfSubmit: (100 * observeUs) / submitUs });
  }
  return { [ours]: samples };
}

/** CPU of one call, of many that follow each other. */
async function cpuMicroseconds(count: number, call: () => Promise<unknown>): Promise<number> {
  const before = cpuUsage();
  for (let each = 0; each < count; each++) await call();
  const { user, system } = cpuUsage(before);
  return (user + system) / count;
}
