import { onTestFinished } from "vitest";

/**
 * Keeps account of the timers that are set from now on to the end of the test.
 *
 * @returns What gives the delays of those that are running and keep the process alive, which the runtime's own do not.
 */
export function trackTimers(): () => number[] {
  const { setTimeout, clearTimeout } = globalThis;
  const running = new Map<NodeJS.Timeout, number>();
  globalThis.setTimeout = Object.assign(
    (callback: (...values: unknown[]) => void, delayMs = 0, ...values: unknown[]) => {
      const timer = setTimeout(() => {
        running.delete(timer);
        callback(...values);
      }, delayMs);
      running.set(timer, delayMs);
      return timer;
    },
    setTimeout,
  ) as typeof setTimeout;
  globalThis.clearTimeout = (timer) => {
    running.delete(timer as NodeJS.Timeout);
    clearTimeout(timer);
  };
  onTestFinished(() => void Object.assign(globalThis, { setTimeout, clearTimeout }));
  return () => [...running].filter(([timer]) => timer.hasRef()).map(([, delayMs]) => delayMs);
}
