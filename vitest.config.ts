import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";
import type { TestSpecification } from "vitest/node";

/** Begins with the checks of the project as a whole, which take longest: none of them must be the last to begin. */
class ProjectFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isOfProject = ({ moduleId }: TestSpecification) => moduleId.includes("/test/project/");
    return [...sorted.filter(isOfProject), ...sorted.filter((file) => !isOfProject(file))];
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // The integration tests have a configuration of their own.
    exclude: ["test/integration/**", "**/node_modules/**"],
    // What hangs ends like this. It is not a limit on how long a test may take.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Files share a process and the modules it has loaded, so a test must leave nothing behind.
    isolate: false,
    // One more than the processors that this is measured on: one mostly waits for commands that it started.
    maxWorkers: 3,
    setupFiles: ["test/environment.ts"],
    sequence: { sequencer: ProjectFirst },
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      // The page runs in a browser, and adapters beside what they adapt to: the integration tests try them there.
      exclude: ["src/**/index.ts", "src/mock-server/page/app/**", "src/opentelemetry/**", "src/bullmq/**"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { branches: 91 },
    },
  },
});
