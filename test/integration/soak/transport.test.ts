import { expect, it, onTestFinished } from "vitest";
import { createFetch } from "../../../src/node/index.js";
import { soak } from "./soak.js";

it("through createFetch, too, each charge has one owner who knows of it", async () => {
  const fetch = createFetch({ proxy: null });
  onTestFinished(() => fetch.close());
  const { endings, charges, failures, faults } = await soak({
    generations: 300,
    seed: 2,
    concurrency: 60,
    fetch,
  });
  expect(faults).toEqual([]);
  expect(Object.keys(endings)).toEqual(expect.arrayContaining(["rejected", "saved", "unknown"]));
  expect(charges).toBeGreaterThan(100);
  expect(failures).toBeGreaterThan(200);
});
