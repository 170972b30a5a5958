import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./tools/test/longest-first.ts";

/** Certificates that live for seconds are waited for most of the time: others have the cores meanwhile. */
const waitsMostly = "test/system/pebble-life.test.ts";

const inParallel = ["test/crash/**/*.test.ts", "test/long/**/*.test.ts", waitsMostly];

/** Vitest leaves a core to itself, and on two cores that is half of them. */
const maxWorkers = availableParallelism();

/** PostgreSQL for files that need not start and stop it themselves. */
const globalSetup = ["tools/test/postgres-pool.ts"];

/**
 * `unit`: no process but its own and no database but its own; run in parallel. Files share a process's modules: to
 * load the server anew for each took as long as its tests, and nothing of ours keeps state in a module.
 * `long`: the same, for minutes; run beside them, and begun first.
 * `system`: real peers and real processes, after all others; a file more at a time than there are cores, as each waits for its peers half of the time.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "long",
          include: inParallel,
          globalSetup,
          maxWorkers,
          sequence: { groupOrder: 0 },
          testTimeout: 900_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "packages/*/test/**/*.test.ts", "tools/**/*.test.ts"],
          globalSetup,
          maxWorkers,
          isolate: false,
          sequence: { groupOrder: 0 },
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          globalSetup,
          exclude: inParallel,
          maxWorkers: maxWorkers + 1,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
