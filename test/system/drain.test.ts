/** SIGTERM in the middle of a list: the process gives back what it has and ends in time; the next one goes on. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { milliseconds } from "@certmill/domain";
import { startSimCa } from "@certmill/sim";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { openDatabase } from "../../packages/server/src/store/database.ts";
import { startPostgres } from "../../tools/peers/postgres.ts";
import type { RunningProcess } from "../../tools/peers/start-process.ts";
import { type Installation, startInstallation } from "./support/installation.ts";
import { untilActive, untilStatus } from "./support/status.ts";

const names = Array.from({ length: 120 }, (_, index) => `shop-${index + 1}.drain.example.com`);
const settings = { CERTMILL_WORKER_CONCURRENCY: "8" };

async function enrol({ mustRun, directory }: Installation, directoryUrl: string): Promise<void> {
  const terms = ["--contact", "ops@example.com", "--agree-tos"];
  await mustRun("ca", "add", "sim", "--directory", directoryUrl, ...terms);
  const file = join(directory, "names.txt");
  await writeFile(file, `${names.join("\n")}\n`);
  await mustRun("domain", "import", file);
}

/** @throws when it takes longer than it may, or did not come to its own end. */
async function terminate(server: RunningProcess): Promise<void> {
  const began = performance.now();
  server.signal("SIGTERM");
  await server.ended;
  expect(performance.now() - began, "milliseconds from SIGTERM to the end").toBeLessThan(10_000);
  expect(server.output()).toContain('"event":"stopped"');
  expect(server.output()).not.toMatch(/"level":(50|60)/);
}

test("a worker beside others, on PostgreSQL", async () => {
  await using postgres = await startPostgres();
  const databaseUrl = await postgres.createDatabase();
  const roles = ["api,responder", "worker"];
  await using installation = await startInstallation({ databaseUrl, roles, settings });
  const { client, processes, responder, start } = installation;
  await using ca = await startSimCa({
    httpPort: Number(responder.split(":")[1]),
    processing: milliseconds(500),
  });
  await enrol(installation, ca.directoryUrl);
  const isMiddle = ({
    domains,
    issuancesInFlight,
  }: {
    domains: { active: number };
    issuancesInFlight: number;
  }) => domains.active >= 10 && issuancesInFlight > 0;
  await untilStatus(client, "the list to be in its middle", isMiddle);

  const [, worker] = processes;
  if (worker === undefined) throw new Error("Two processes were asked for.");
  await terminate(worker);
  await using database = await openDatabase({ kind: "postgresql", url: databaseUrl, connections: 2 });
  const left = await sql<{ leased: string; live: string }>`
    select count(*) filter (where wake_at > now() + interval '20 seconds') as leased, count(*) as live
    from issuance where ended_at is null`.execute(database.db);
  expect(left.rows[0]?.leased, "issuances that nobody else may take up before a lease ends").toBe("0");
  expect(Number(left.rows[0]?.live), "issuances left in the middle").toBeGreaterThan(0);

  await start("worker");
  await untilActive(client, names.length);
  const { rows: twice } = await sql`
    select lineage_id from certificate group by lineage_id having count(*) > 1`.execute(database.db);
  expect(twice).toEqual([]);
  expect(ca.counts()).toMatchObject({
    issued: names.length,
    repeatedChallenges: 0,
    ordersByStatus: { pending: 0, ready: 0, processing: 0, valid: names.length, invalid: 0 },
  });
});

test("the one process of the embedded mode", async () => {
  await using installation = await startInstallation({ databaseUrl: null, settings });
  const { client, processes, start } = installation;
  // While the process is away nobody could answer a validation.
  await using ca = await startSimCa({ alwaysValid: true, processing: milliseconds(500) });
  await enrol(installation, ca.directoryUrl);
  await untilStatus(client, "the list to be in its middle", ({ domains }) => domains.active >= 10);
  const [server] = processes;
  if (server === undefined) throw new Error("A process was asked for.");
  await terminate(server);

  await start();
  const { certificates } = await untilActive(client, names.length);
  expect(certificates).toBe(names.length);
  expect(ca.counts()).toMatchObject({
    issued: names.length,
    ordersByStatus: { pending: 0, ready: 0, processing: 0, valid: names.length, invalid: 0 },
  });
});
