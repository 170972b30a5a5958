import { defineConfig } from "vitest/config";

const inParallel = ["test/crash/**/*.test.ts", "test/long/**/*.test.ts"];

/**
 * `unit`: no process but its own and no database but its own; run in parallel.
 * `long`: the same, for minutes; run beside them.
 * `system`: real peers and real processes; one file at a time, as they share two cores.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "packages/*/test/**/*.test.ts", "tools/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: { name: "long", include: inParallel, testTimeout: 900_000, hookTimeout: 120_000 },
      },
      {
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          exclude: inParallel,
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
