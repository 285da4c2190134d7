import { setTimeout as delay } from "node:timers/promises";

/** Does something that needs a network, and up to twice more if it fails. */
export async function tryAgain<Result>(work: () => Promise<Result>): Promise<Result> {
  for (const pauseMs of [5_000, 20_000]) {
    try {
      return await work();
    } catch (error) {
      console.warn(`Trying again in ${pauseMs / 1000} s: ${String(error)}`);
      await delay(pauseMs);
    }
  }
  return work();
}
