/** A site with a dead alias: its certificate comes without that name, and with it when it is right again. */
import { hours, milliseconds } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../../tools/peers/until.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type IssuingServer, startIssuingServer } from "./issuing-server.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const site = "site.example";
const alias = "www.site.example";

interface Stand {
  readonly names: readonly string[];
  readonly state: string;
  readonly certified: readonly string[] | null;
  readonly failed: number;
  readonly leftOut: number;
}

const stand = async ({ db }: IssuingServer): Promise<Stand | undefined> =>
  (
    await sql<Stand>`
      select names, state, (select names from certificate where id = certificate_id) as certified,
        (select count(*)::int from event where kind = 'issuance.failed') as failed,
        (select count(*)::int from event where kind = 'names.left-out') as "leftOut"
      from lineage`.execute(db)
  ).rows[0];

const becomes = (server: IssuingServer, what: string, is: (now: Stand) => boolean): Promise<void> =>
  until({
    what,
    probe: async () => {
      const now = await stand(server);
      return now !== undefined && is(now);
    },
    within: 60_000,
  });

/** Goes to an instant, and starts anew there: what the old process waits for is long past. */
async function pass(server: IssuingServer, time: number): Promise<void> {
  server.clock.skip(milliseconds(time));
  await server.restart();
}

test("a dead alias holds its site back for three failures, and is tried again once a day until it is right", async () => {
  await using server = await startIssuingServer(postgres);
  server.wrong.set(alias, "dns");
  await server.enrol(site, alias);
  await becomes(server, "the first failure", ({ failed }) => failed === 1);
  for (const failures of [2, 3]) {
    await pass(server, hours(2));
    await becomes(server, `failure ${failures}`, ({ failed }) => failed === failures);
  }
  await becomes(server, "the certificate without it", ({ certified }) => certified !== null);
  expect(await stand(server)).toEqual({
    names: [site],
    state: "active",
    certified: [site],
    failed: 3,
    leftOut: 1,
  });

  await pass(server, hours(25));
  await becomes(server, "the failure of the next day", ({ leftOut }) => leftOut === 2);
  expect(await stand(server)).toEqual({
    names: [site],
    state: "active",
    certified: [site],
    failed: 4,
    leftOut: 2,
  });

  server.wrong.delete(alias);
  await pass(server, hours(25));
  await becomes(server, "the certificate with it", ({ certified }) => certified?.length === 2);
  expect(await stand(server)).toMatchObject({ names: [site, alias], state: "active", failed: 4 });
  const { rows } = await sql`select detail from event where kind = 'names.added-back'`.execute(server.db);
  expect(rows).toEqual([{ detail: { names: [alias] } }]);
});
