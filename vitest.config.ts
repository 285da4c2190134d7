import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Only what hangs ends like this: how long a test takes is no verdict.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Files share a process with what it has loaded: they leave nothing behind that would be in each other's way.
    isolate: false,
    maxWorkers: 2,
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/**/index.ts"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { branches: 95 },
    },
  },
});
