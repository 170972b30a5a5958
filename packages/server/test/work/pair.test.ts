/** Pairs against a CA over the network: both certificates are issued and renewed, and a failure of one is its own. */
import { X509Certificate } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../../tools/peers/until.ts";
import { setEdgeGroup } from "../../src/store/write/key-policies.ts";
import { removeLineage } from "../../src/store/write/remove-lineage.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type IssuingServer, startIssuingServer } from "./issuing-server.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const name = "pair.example";

interface Half {
  readonly id: string;
  readonly state: string;
  readonly chain: string | null;
  readonly count: number;
}

/** The one with the P-256 key, then the other. */
async function halves({ db }: IssuingServer): Promise<readonly Half[]> {
  const { rows } = await sql<Half>`
    select lineage.id, state, chain_pem as chain,
      (select count(*)::int from certificate where lineage_id = lineage.id) as count
    from lineage left join certificate on certificate.id = certificate_id order by twin_of nulls first`.execute(
    db,
  );
  return rows;
}

const become = (
  server: IssuingServer,
  what: string,
  is: (halves: readonly Half[]) => boolean,
): Promise<void> => until({ what, probe: async () => is(await halves(server)), within: 60_000 });

/** Once nothing of it is under way or in line: only then is its time its own. */
const wakes = (server: IssuingServer, id: string, at: Date): Promise<void> =>
  until({
    what: `lineage ${id} to rest`,
    probe: async () => {
      const { numAffectedRows } = await sql`
        update lineage set wake_at = ${at} where id = ${id}
          and not exists (select 1 from issuance where lineage_id = ${id} and ended_at is null)
          and not exists (select 1 from queue where lineage_id = ${id})`.execute(server.db);
      return numAffectedRows === 1n;
    },
    within: 60_000,
  });

const due = (server: IssuingServer, id: string): Promise<void> =>
  wakes(server, id, new Date(server.clock.now()));

/** Its next try does not come by itself. */
const rest = (server: IssuingServer, id: string): Promise<void> =>
  wakes(server, id, new Date("9999-01-01T00:00:00Z"));

const counts = (all: readonly Half[]): string => all.map(({ count }) => count).join();
const states = (all: readonly Half[]): string => all.map(({ state }) => state).join();

test("a pair is issued by one proof of its name, renewed each on its own, and removed together", async () => {
  await using server = await startIssuingServer(postgres);
  const { db } = server;
  await setEdgeGroup(db, "default", { paired: true });
  await server.enrol(name);
  await become(server, "both certificates", (all) => counts(all) === "1,1");
  const keys = (await halves(server)).map(({ chain }) => new X509Certificate(chain ?? "").publicKey);
  expect(keys.map(({ asymmetricKeyType }) => asymmetricKeyType)).toEqual(["ec", "rsa"]);
  const { rows: proofs } = await sql`select 1 from event where kind = 'challenge.published'`.execute(db);
  expect(proofs).toHaveLength(1);

  const [main, twin] = (await halves(server)).map(({ id }) => id) as [string, string];
  await due(server, twin);
  await become(server, "the RSA one's renewal", (all) => counts(all) === "1,2");
  await due(server, main);
  await become(server, "the other one's renewal", (all) => counts(all) === "2,2");

  // What the CA finds wrong is found by whichever has to be proven anew.
  await sql`update lineage set names = array[${`www.${name}`}]`.execute(db);
  server.wrong.set(`www.${name}`, "dns");
  await due(server, twin);
  await become(server, "a failure of the RSA one", (all) => states(all) === "active,failing");
  await rest(server, twin);
  server.wrong.clear();
  await due(server, main);
  await become(server, "the other one's renewal in spite of it", (all) => counts(all) === "3,2");
  server.wrong.set(`www.${name}`, "dns");
  await due(server, twin);
  await become(server, "the RSA one's renewal by the other one's proof", (all) => counts(all) === "3,3");
  expect(states(await halves(server))).toBe("active,active");

  await removeLineage(db, main, server.clock.now());
  expect(states(await halves(server))).toBe("removed,removed");
});
