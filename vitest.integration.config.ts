import { defineConfig } from "vitest/config";

/** Folders whose tests measure memory, kill processes, or start services: one file after the other, with no neighbour. */
const alone = ["bullmq", "documents", "kill", "memory", "page", "records", "runtimes", "soak"];
const filesOf = (folders: string[]) => folders.map((folder) => `test/integration/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    globalSetup: ["test/integration/setup.ts"],
    // Each file in a process of its own.
    isolate: true,
    pool: "forks",
    // What hangs ends like this; a hook may install a service.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 30_000,
    // Registries, browsers and services of others fail at times; the report marks each test that needed its second run.
    retry: process.env.CI ? 1 : 0,
    reporters: ["verbose"],
    projects: [
      {
        extends: true,
        test: {
          name: "alone",
          include: filesOf(alone),
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // The other ones, two at a time.
        extends: true,
        test: {
          name: "together",
          include: ["test/integration/**/*.test.ts"],
          exclude: [...filesOf(alone), "**/node_modules/**", "**/.scratch/**"],
          globalSetup: ["test/integration/package/setup.ts"],
          setupFiles: ["test/environment.ts"],
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        // The fault matrix once more, with `createFetch` in place of the runtime's own fetch.
        extends: true,
        test: {
          name: "transport",
          include: ["test/faults/**/*.test.ts"],
          exclude: ["test/faults/proxy.test.ts"], // of the runtime's own proxy; the transport's is in test/node
          setupFiles: ["test/environment.ts", "test/faults/support/create-fetch.ts"],
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
