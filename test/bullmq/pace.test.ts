import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createPace } from "../../src/bullmq/pace.js";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

/** Submits as fast as the pace lets it for some seconds, to a service that refuses what `isRefused` says. */
async function submitFor(
  pace: ReturnType<typeof createPace>,
  seconds: number,
  isRefused: (atMs: number) => boolean = () => false,
) {
  const taken: number[] = [];
  let refused = 0;
  const endMs = performance.now() + seconds * 1000;
  const loop = async () => {
    while (performance.now() < endMs) {
      const afterMs = await pace.turn();
      if (afterMs === undefined) {
        const beganAtMs = performance.now();
        if (isRefused(beganAtMs)) {
          refused++;
          pace.refused(beganAtMs, 1000);
        } else {
          taken.push(beganAtMs);
          pace.accepted();
        }
      }
      await new Promise((resolve) => setTimeout(resolve, afterMs ?? 10));
    }
  };
  const done = loop();
  await vi.advanceTimersByTimeAsync(seconds * 1000 + 20_000);
  await done;
  return { taken, refused };
}

/** Takes so many a second. */
function bucket(perSecond: number) {
  const most = Math.max(1, perSecond);
  let tokens = most;
  let filledAtMs = performance.now();
  return (atMs: number) => {
    tokens = Math.min(most, tokens + ((atMs - filledAtMs) / 1000) * perSecond);
    filledAtMs = atMs;
    if (tokens < 1) return true;
    tokens--;
    return false;
  };
}

describe("the pace of submits", () => {
  it("is none before the first refusal", async () => {
    const { taken } = await submitFor(createPace(), 10);
    expect(taken.length).toBeGreaterThan(900);
  });

  it.each([20, 5, 1, 0.5])("comes near a limit of %d a second, with few refusals", async (perSecond) => {
    const { taken, refused } = await submitFor(createPace(), 300, bucket(perSecond));
    expect(taken.length / 300 / perSecond).toBeGreaterThan(0.75);
    expect(refused).toBeLessThan(taken.length / 5);
  });

  it("becomes faster when the service takes more", async () => {
    const pace = createPace();
    const slow = await submitFor(pace, 60, bucket(2));
    const fast = await submitFor(pace, 600, bucket(20));
    expect(slow.taken.length / 60).toBeLessThan(3);
    expect(
      fast.taken.slice(-600).length / ((fast.taken.at(-1)! - fast.taken.at(-600)!) / 1000),
    ).toBeGreaterThan(14);
  });

  it("is slowed down once by many refusals of the same moment", async () => {
    const taken: number[] = [];
    for (const refusals of [1, 20]) {
      const pace = createPace();
      for (let count = 0; count < 10; count++) pace.accepted();
      const beganAtMs = performance.now();
      await vi.advanceTimersByTimeAsync(100);
      for (let count = 0; count < refusals; count++) pace.refused(beganAtMs, 1000);
      taken.push((await submitFor(pace, 5)).taken.length);
    }
    expect(taken[1]).toBe(taken[0]);
    expect(taken[0]).toBeGreaterThan(35);
  });

  it("gives a submit back whose turn is far", async () => {
    const pace = createPace();
    pace.refused(performance.now(), 60_000);
    expect(await pace.turn()).toBe(60_000);
  });
});
