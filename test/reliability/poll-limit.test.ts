import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { limitWork } from "../../src/reliability/poll-limit.js";

/** Work that ends when it is told to. */
function openWork() {
  let finish = (_: string) => {};
  let fail = (_: Error) => {};
  const result = new Promise<string>((resolve, reject) => ([finish, fail] = [resolve, reject]));
  let started = false;
  return {
    work: (): Promise<string> => {
      started = true;
      return result;
    },
    isStarted: () => started,
    finish: (value: string) => finish(value),
    fail: (error: Error) => fail(error),
  };
}

type OpenWork = ReturnType<typeof openWork>;

/** Work that is limited: what is worked on is itself what works. */
const limit = (maximum: number) => {
  const limited = limitWork(({ work }: Pick<OpenWork, "work">) => work(), maximum);
  return (item: Pick<OpenWork, "work">, signal?: AbortSignal, timeoutMs = Infinity) =>
    limited(item, performance.now() + timeoutMs, signal);
};

/** After what was to come in a later turn of the event loop: timers of the same delay keep their order. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

test("no more than the maximum run at a time, first come, first served", async () => {
  const run = limit(2);
  const works = [openWork(), openWork(), openWork(), openWork()];
  const results = works.map((item) => run(item));
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
  const run = limit(1);
  for (const value of ["1", "2", "3"]) expect(await run({ work: async () => value })).toBe(value);
});

test("an abort ends the wait for a place at once, and gives the place to the next", async () => {
  const run = limit(1);
  const [running, aborted, next] = [openWork(), openWork(), openWork()];
  const controller = new AbortController();
  const first = run(running);
  const second = run(aborted, controller.signal);
  const third = run(next);
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
  const run = limit(1);
  const never = openWork();
  const reason = new Error("never wanted");
  await expect(run(never, AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(never.isStarted()).toBe(false);
  expect(await run({ work: async () => "free" })).toBe("free");
});

test("each wait for a place has a deadline of its own, whichever was set first", async () => {
  const run = limit(1);
  const [running, patient, late, soon] = [openWork(), openWork(), openWork(), openWork()];
  const first = run(running);
  const last = run(patient);
  const ended: string[] = [];
  const note = (name: string) => (error: unknown) => ended.push(`${name} ${(error as Error).name}`);
  const waits = [run(late, undefined, 40).catch(note("late")), run(soon, undefined, 10).catch(note("soon"))];
  await Promise.all(waits);
  expect(ended).toEqual(["soon DeadlineReached", "late DeadlineReached"]);

  running.finish("first");
  patient.finish("last");
  expect(await Promise.all([first, last])).toEqual(["first", "last"]);
  expect([late.isStarted(), soon.isStarted()]).toEqual([false, false]);
});
