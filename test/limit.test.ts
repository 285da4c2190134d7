import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { createOnAbort } from "../src/abort.js";
import { createLimit } from "../src/limit.js";

/** Work that ends when it is told to. */
function openWork() {
  let finish = (_: string) => {};
  let fail = (_: Error) => {};
  const result = new Promise<string>((resolve, reject) => ([finish, fail] = [resolve, reject]));
  let started = false;
  return {
    work: () => {
      started = true;
      return result;
    },
    isStarted: () => started,
    finish: (value: string) => finish(value),
    fail: (error: Error) => fail(error),
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("no more than the maximum run at a time, first come, first served", async () => {
  const limit = createLimit(2, createOnAbort());
  const works = [openWork(), openWork(), openWork(), openWork()];
  const results = works.map(({ work }) => limit(work, undefined));
  await settled();
  expect(works.map(({ isStarted }) => isStarted())).toEqual([true, true, false, false]);

  works[1]!.finish("second");
  await expect(results[1]).resolves.toBe("second");
  await settled();
  expect(works.map(({ isStarted }) => isStarted())).toEqual([true, true, true, false]);

  works[0]!.fail(new Error("broken"));
  await expect(results[0]).rejects.toThrow("broken");
  await settled();
  expect(works[3]!.isStarted()).toBe(true);
  works[2]!.finish("third");
  works[3]!.finish("fourth");
  expect(await Promise.all(results.slice(2))).toEqual(["third", "fourth"]);
});

test("places that were left can be taken again", async () => {
  const limit = createLimit(1, createOnAbort());
  for (const value of [1, 2, 3]) expect(await limit(async () => value, undefined)).toBe(value);
});

test("an abort ends the wait for a place at once, and gives the place to the next", async () => {
  const limit = createLimit(1, createOnAbort());
  const [running, aborted, next] = [openWork(), openWork(), openWork()];
  const controller = new AbortController();
  const first = limit(running.work, undefined);
  const second = limit(aborted.work, controller.signal);
  const third = limit(next.work, undefined);
  const reason = new Error("no longer wanted");
  controller.abort(reason);
  await expect(second).rejects.toBe(reason);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);

  running.finish("first");
  next.finish("third");
  expect(await Promise.all([first, third])).toEqual(["first", "third"]);
  expect(aborted.isStarted()).toBe(false);
});

test("what was aborted before never waits", async () => {
  const limit = createLimit(1, createOnAbort());
  const { work, isStarted } = openWork();
  const reason = new Error("never wanted");
  await expect(limit(work, AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(isStarted()).toBe(false);
  expect(await limit(async () => "free", undefined)).toBe("free");
});

test("each wait for a place has a deadline of its own, whichever was set first", async () => {
  const limit = createLimit(1, createOnAbort());
  const [running, patient, late, soon] = [openWork(), openWork(), openWork(), openWork()];
  const first = limit(running.work, undefined);
  const last = limit(patient.work, undefined);
  const ended: string[] = [];
  const note = (name: string) => (error: unknown) => ended.push(`${name} ${(error as Error).name}`);
  const waits = [
    limit(late.work, undefined, 40).catch(note("late")),
    limit(soon.work, undefined, 10).catch(note("soon")),
  ];
  await Promise.all(waits);
  expect(ended).toEqual(["soon DeadlineReached", "late DeadlineReached"]);

  running.finish("first");
  patient.finish("last");
  expect(await Promise.all([first, last])).toEqual(["first", "last"]);
  expect([late.isStarted(), soon.isStarted()]).toEqual([false, false]);
});
