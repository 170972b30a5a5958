/**
 * The scenario once for each of its calls that change something: the process dies at that call, another is started, and the
 * end must be the same.
 */
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyEmbedded } from "../../packages/server/test/embedded-template.ts";
import { startMigratedPostgres } from "../../packages/server/test/migrated-postgres.ts";
import { dieEverywhere } from "./every-death.ts";
import type { Death } from "./mortal.ts";
import { runScenario } from "./scenario.ts";

test("on PostgreSQL, once the dead process's leases are over", async ({ annotate }) => {
  await using postgres = await startMigratedPostgres();
  const run = async (death: Death | null) => {
    await using database = await postgres.copy();
    return await runScenario({ kind: "postgresql", url: database.url, connections: 2 }, death);
  };
  const { calls } = await run(null);
  expect(calls, "calls of the scenario that change something").toBeGreaterThan(80);
  const died = await dieEverywhere({ calls, atOnce: 8, effects: "before" }, run);
  await annotate(`${died} processes died, at ${calls} calls`);
  // A run has now and then a call less than the one they were counted in.
  expect(died).toBeGreaterThan(calls - 5);
});

test("embedded, at once", async ({ annotate }) => {
  await using temporary = await mkdtempDisposable(join(tmpdir(), "certmill-crash-"));
  let copies = 0;
  const run = async (death: Death | null) => {
    const directory = join(temporary.path, `copy-${copies++}`);
    await copyEmbedded(directory);
    return await runScenario({ kind: "embedded", directory }, death);
  };
  const { calls } = await run(null);
  const died = await dieEverywhere({ calls, atOnce: 2, effects: "by-turns", step: 12 }, run);
  await annotate(`${died} processes died, at every 12th of ${calls} calls`);
  expect(died).toBeGreaterThan(calls / 12 - 2);
});
