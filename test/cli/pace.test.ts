import { describe, expect, it } from "vitest";
import { createPace } from "../../src/cli/service/pace.js";
import { ConnectionError, OutcomeUnknownError, RateLimitError } from "../../src/index.js";

function start({ concurrency = 4, patience = 3 } = {}) {
  const controller = new AbortController();
  const pauses: [string, number][] = [];
  const { signal } = controller;
  const onPause = (reason: string, milliseconds: number) => void pauses.push([reason, milliseconds]);
  return { pace: createPace({ concurrency, patience, signal, onPause }), pauses, controller };
}

const busy = (retryAfterMs?: number) => new RateLimitError("busy", { outcome: "rejected", retryAfterMs });

describe("pace", () => {
  it("tries again what the service took no notice of, after as long as it asks", async () => {
    const { pace, pauses } = start();
    const failures = [busy(20), new ConnectionError("refused", { outcome: "not-sent" }), undefined];
    const began = performance.now();
    await pace(async () => {
      const failure = failures.shift();
      if (failure) throw failure;
    });
    expect(pauses.map(([reason]) => reason)).toEqual(["too many requests", "refused"]);
    expect(pauses[0]![1]).toBe(20);
    expect(pauses[1]![1]).toBeGreaterThanOrEqual(1500); // the second failure in a row
    expect(performance.now() - began).toBeGreaterThanOrEqual(20 + pauses[1]![1] - 2);
  });

  it("never tries again what may have been paid for", async () => {
    const { pace, pauses } = start();
    for (const failure of [
      new OutcomeUnknownError("reset"),
      new ConnectionError("broke", { outcome: "unknown" }),
      new Error("disk full"),
    ]) {
      let attempts = 0;
      const attempt = async () => {
        attempts++;
        throw failure;
      };
      await expect(pace(attempt)).rejects.toBe(failure);
      expect(attempts).toBe(1);
    }
    expect(pauses).toEqual([]);
  });

  it("gives up when its patience is used up, or the service asks for too much of it", async () => {
    const { pace } = start({ patience: 3 });
    let attempts = 0;
    const attempt = async () => {
      attempts++;
      throw busy(0);
    };
    await expect(pace(attempt)).rejects.toThrow("busy");
    expect(attempts).toBe(3);
    const { pace: another } = start();
    await expect(another(() => Promise.reject(busy(3_600_000)))).rejects.toThrow("busy");
  });

  it("halves what runs at the same time, and lets one more in with each success", async () => {
    const { pace } = start({ concurrency: 4 });
    let running = 0;
    const most: number[] = [];
    let isBusy = true;
    const attempt = async () => {
      running++;
      most.push(running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      if (isBusy) {
        isBusy = false;
        throw busy(0);
      }
    };
    await Promise.all(Array.from({ length: 20 }, () => pace(attempt)));
    expect(Math.max(...most)).toBe(4);
    expect(most.slice(4, 6)).not.toContain(4);
    expect(most.slice(8)).toContain(4);
  });

  it("ends a pause at once when it is interrupted", async () => {
    const { pace, controller, pauses } = start();
    const running = pace(() => Promise.reject(busy(60_000)));
    await Promise.resolve();
    const reason = new Error("Ctrl-C");
    const stopping = setInterval(() => pauses.length > 0 && controller.abort(reason), 1);
    await expect(running).rejects.toBe(reason);
    clearInterval(stopping);
  });
});
