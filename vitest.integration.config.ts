import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/integration/**/*.test.ts"],
    globalSetup: ["test/integration/setup.ts"],
    // One file after the other, each in a process of its own: memory and durations are measured, and services started.
    fileParallelism: false,
    isolate: true,
    pool: "forks",
    // What hangs ends like this; a hook may install a service.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 30_000,
    // Registries, browsers and services of others fail at times; the report marks each test that needed its second run.
    retry: process.env.CI ? 1 : 0,
    reporters: ["verbose"],
  },
});
