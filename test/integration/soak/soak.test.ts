import { expect, it } from "vitest";
import { soak } from "./soak.js";

it("while requests fail at every step, each charge has one owner who knows of it", async () => {
  const { endings, submits, charges, failures, faults } = await soak({
    generations: 400,
    seed: 1,
    concurrency: 60,
  });
  expect(faults).toEqual([]);
  expect(Object.keys(endings).toSorted()).toEqual(expect.arrayContaining(["rejected", "saved", "unknown"]));
  // Those that nothing came of were sent again, more often than a request was cut off before it was noted down.
  expect(submits).toBeGreaterThan(400);
  expect(charges).toBeGreaterThan(100);
  expect(failures).toBeGreaterThan(200);
});
