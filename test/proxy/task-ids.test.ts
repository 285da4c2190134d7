import { expect, test } from "vitest";
import { createTaskIds } from "../../src/proxy/task-ids.js";

test("an id that was sealed for one visitor is no other's, however the two are put together", async () => {
  const ids = await createTaskIds("a secret of the tests");
  const sealed = await ids.seal("visitor", "1task");
  expect(await ids.open("visitor", sealed)).toEqual({ id: "1task", isOwn: true });
  // The same letters, divided elsewhere.
  const signature = sealed.slice("1task".length);
  expect(await ids.open("visitor1", `task${signature}`)).toEqual({ id: "task", isOwn: false });
  expect((await ids.open("", sealed)).isOwn).toBe(false);
});
