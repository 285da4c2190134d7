import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";
import type { TestSpecification } from "vitest/node";

/** Those that take longest: whatever begins last must not be one of them. */
const longest =
  /project|real-world|memory|update|package|kill|soak|batch|flags|reads|answers|results|effects|download/;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => longest.test(moduleId.split("/").at(-1)!);
    return [...files.filter(isLong), ...files.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Only what hangs ends like this: how long a test takes is no verdict.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Files share a process with what it has loaded: they leave nothing behind that would be in each other's way.
    isolate: false,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/**/index.ts"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { branches: 95 },
    },
  },
});
