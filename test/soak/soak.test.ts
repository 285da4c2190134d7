import { expect, it } from "vitest";
import { soak } from "./soak.js";

it("while requests fail at every step, each charge has one owner who knows of it", async () => {
  const { endings, submits, charges, failures, faults } = await soak({
    generations: 300,
    seed: 1,
    concurrency: 60,
  });
  expect(faults).toEqual([]);
  expect(Object.keys(endings).toSorted()).toEqual(expect.arrayContaining(["rejected", "saved", "unknown"]));
  expect(submits).toBeGreaterThan(300); // those that nothing came of were sent again
  expect(charges).toBeGreaterThan(100);
  expect(failures).toBeGreaterThan(200);
});
