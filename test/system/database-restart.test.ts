/** The database crashes while certificates are being obtained: the server stays, says so, and goes on. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { operations } from "@certmill/api";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { openDatabase } from "../../packages/server/src/store/database.ts";
import { startPostgres } from "../../tools/peers/postgres.ts";
import { until } from "../../tools/peers/until.ts";
import { startHosting } from "./support/hosting.ts";
import { startInstallation } from "./support/installation.ts";
import { readLedger } from "./support/ledger.ts";
import { untilActive, untilStatus } from "./support/status.ts";
import { tellOnFailure } from "./support/tell-on-failure.ts";

const names = Array.from({ length: 40 }, (_, index) => `shop-${index + 1}.database.example.com`).toSorted();
const patience = 60_000;

test("a crash of the database in the middle", async () => {
  await using postgres = await startPostgres({ durability: "full" });
  const databaseUrl = await postgres.createDatabase();
  await using installation = await startInstallation({
    databaseUrl,
    settings: { CERTMILL_LEASE_SECONDS: "5" },
  });
  const { client, mustRun, certmill, directory, processes } = installation;
  await using hosting = await startHosting(installation);
  tellOnFailure({ server: processes[0], pebble: hosting.pebble });
  const file = join(directory, "names.txt");
  await writeFile(file, `${names.join("\n")}\n`);
  await mustRun("domain", "import", file);

  const middle = await untilStatus(client, "some names to be active", ({ domains }) => domains.active >= 10);
  expect(middle.domains.active).toBeLessThan(names.length);
  await postgres.stop("crash");
  const noticed = async () => {
    const { parts } = await client.call(operations.checkReadiness);
    return parts.some(({ part, ready }) => part === "database" && !ready);
  };
  await until({ what: "the server to say that its database is away", probe: noticed, within: patience });
  const refused = await certmill("domain", "list");
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("database") });

  await postgres.start();
  await untilActive(client, names.length);
  expect(processes[0]?.isRunning()).toBe(true);
  const done = { state: "active", certificates: 1, issuances: ["issued"], orders: ["valid"] };
  const { lineages } = await readLedger(installation, databaseUrl);
  expect(lineages).toEqual(names.map((name) => ({ name, ...done })));

  await until({ what: "it to listen again", probe: () => isListening(databaseUrl), within: patience });
  const ready = async () => (await client.call(operations.checkReadiness)).ready;
  await until({ what: "it to be ready again", probe: ready, within: patience });
});

/** Whether a connection of the server's has a LISTEN as the last thing it said. */
async function isListening(databaseUrl: string): Promise<boolean> {
  await using database = await openDatabase({ kind: "postgresql", url: databaseUrl, connections: 2 });
  const { rows } = await sql`
    select 1 from pg_stat_activity
    where datname = current_database() and query ilike 'listen %' and pid <> pg_backend_pid()`.execute(
    database.db,
  );
  return rows.length > 0;
}
