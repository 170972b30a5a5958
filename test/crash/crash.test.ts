import { expect, test } from "vitest";
import { openDatabase } from "../../packages/server/src/store/database.ts";
import { migrate } from "../../packages/server/src/store/migrate.ts";
import { startPostgres } from "../../tools/peers/postgres.ts";
import { dieEverywhere } from "./every-death.ts";
import type { Death } from "./mortal.ts";
import { runScenario } from "./scenario.ts";

test("whichever call a process dies at, the next one comes to the same end", async () => {
  await using postgres = await startPostgres();
  await migrateTemplate(await postgres.createDatabase("template"));
  const run = async (death: Death | null) =>
    runScenario(
      {
        kind: "postgresql",
        url: await postgres.createDatabase(undefined, "template"),
        connections: 4,
      },
      death,
    );
  const { diedAt, calls } = await run(null);
  expect(diedAt).toBeNull();
  expect(calls, "I/O calls of the scenario").toBeGreaterThan(80);
  const t = performance.now();
  const died = await dieEverywhere(calls, run);
  console.log({ calls, died, ms: performance.now() - t });
  expect(died).toBeGreaterThan(calls * 2 - 10);
});

async function migrateTemplate(url: string): Promise<void> {
  await using database = await openDatabase({ kind: "postgresql", url, connections: 1 });
  await migrate(database.db);
}
