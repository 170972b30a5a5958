import { defineConfig } from "vitest/config";

/** The tests that mutants of `wire` are run against: the library's own, without real peers. */
export default defineConfig({
  test: { include: ["packages/acme/src/{wire,client,flow}/**/*.test.ts", "packages/acme/test/*.test.ts"] },
});
