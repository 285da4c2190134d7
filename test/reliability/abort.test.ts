import { getEventListeners } from "node:events";
import { expect, test, vi } from "vitest";
import { DeadlineReached, onAbort, sleep, withDeadline } from "../../src/reliability/abort.js";

const listeners = (signal: AbortSignal) => getEventListeners(signal, "abort").length;
const never = () => new Promise<never>(() => {});

test("thousands that wait for one signal put one listener on it, and none when they have ended", async () => {
  const controller = new AbortController();
  const heard: number[] = [];
  const stops = Array.from({ length: 5000 }, (_, index) =>
    onAbort(controller.signal, () => heard.push(index)),
  );
  expect(listeners(controller.signal)).toBe(1);
  for (const stop of stops.slice(1)) stop();
  expect(listeners(controller.signal)).toBe(1);
  controller.abort();
  expect(heard).toEqual([0]);
  stops[0]!();
  stops[0]!();
  expect(listeners(controller.signal)).toBe(0);
});

test("the same listener may be given twice, and is removed once for each", () => {
  const controller = new AbortController();
  const listener = vi.fn();
  const [stop] = [onAbort(controller.signal, listener), onAbort(controller.signal, listener)];
  stop!();
  controller.abort();
  expect(listener).toHaveBeenCalledTimes(1);
});

test("a sleep ends in its time and leaves no listener", async () => {
  const controller = new AbortController();
  await sleep(1, controller.signal);
  expect(listeners(controller.signal)).toBe(0);
});

test("an abort ends a sleep with its reason, however long it is", async () => {
  const controller = new AbortController();
  const sleeping = sleep(2 ** 40, controller.signal);
  const reason = new Error("enough");
  controller.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  expect(listeners(controller.signal)).toBe(0);
  await expect(sleep(1, controller.signal)).rejects.toBe(reason);
});

test("work that ends in time gives its value and leaves no listener", async () => {
  const controller = new AbortController();
  const result = await withDeadline(60_000, controller.signal, async ({ signal }) => {
    expect(signal.aborted).toBe(false);
    return "done";
  });
  expect(result).toBe("done");
  expect(listeners(controller.signal)).toBe(0);
});

test("work that fails fails with its own error", async () => {
  const error = new Error("broken");
  const working = withDeadline(60_000, undefined, () => Promise.reject(error));
  await expect(working).rejects.toBe(error);
});

test("a deadline ends work that takes no notice, and tells it", async () => {
  let told: AbortSignal | undefined;
  const working = withDeadline(5, undefined, ({ signal }) => {
    told = signal;
    return never();
  });
  await expect(working).rejects.toBeInstanceOf(DeadlineReached);
  expect(told?.reason).toBeInstanceOf(DeadlineReached);
});

test("a deadline that has passed already ends work with no timer that runtimes warn of", async () => {
  const timers = vi.spyOn(globalThis, "setTimeout");
  try {
    await expect(withDeadline(-5, undefined, never)).rejects.toBeInstanceOf(DeadlineReached);
    expect(timers.mock.calls.map(([, delayMs]) => delayMs)).toEqual([0]);
  } finally {
    timers.mockRestore();
  }
});

test("an abort ends work that takes no notice, with the caller's reason", async () => {
  const controller = new AbortController();
  const reason = { my: "reason" };
  let told: AbortSignal | undefined;
  const working = withDeadline(Infinity, controller.signal, ({ signal }) => {
    told = signal;
    return never();
  });
  controller.abort(reason);
  await expect(working).rejects.toBe(reason);
  expect(told?.reason).toBe(reason);
  expect(listeners(controller.signal)).toBe(0);
});

test("work is not begun if it was aborted before", async () => {
  const reason = new Error("too late");
  const work = vi.fn(never);
  await expect(withDeadline(1000, AbortSignal.abort(reason), work)).rejects.toBe(reason);
  expect(work).not.toHaveBeenCalled();
});
