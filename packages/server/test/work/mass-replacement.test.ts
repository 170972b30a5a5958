/** A mass replacement against a CA, over the network, with a clock that runs fast: replaced, served, revoked. */
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../../tools/peers/until.ts";
import { countReplacement, findReplacement } from "../../src/store/read/replacements.ts";
import { insertReplacement, startReplacement } from "../../src/store/write/replacements.ts";
import { requestSerials } from "../../src/store/write/request-revocations.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type IssuingServer, startIssuingServer } from "./issuing-server.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const names = ["a.example", "b.example", "c.example"] as const;
const plan = { certificates: 3, perDay: 1, shares: [], finishesAt: null };

interface Held {
  readonly id: string;
  readonly serial: string;
  readonly current: boolean;
  readonly revoked: boolean;
  readonly reason: string | null;
}

const certificates = async ({ db }: IssuingServer): Promise<readonly Held[]> =>
  (
    await sql<Held>`
      select certificate.id, serial, lineage.certificate_id = certificate.id as current, revoked_at is not null as revoked,
        revocation_reason as reason
      from certificate join lineage on lineage.id = lineage_id order by certificate.id`.execute(db)
  ).rows;

async function begin(
  { db, clock }: IssuingServer,
  wanted: Pick<Parameters<typeof insertReplacement>[1], "reason" | "thenRevoke">,
): Promise<string> {
  const selection = { ca: "sim" };
  const id = await insertReplacement(db, { ...wanted, selection, who: "test" }, clock.now());
  await db.transaction().execute((trx) => startReplacement(trx, { id, plan, now: clock.now() }));
  return id;
}

const isDone = (server: IssuingServer, id: string): Promise<void> =>
  until({
    what: "the end of the replacement",
    probe: async () => (await findReplacement(server.db, id))?.state === "done",
    within: 60_000,
  });

const areRevoked = (server: IssuingServer, count: number): Promise<void> =>
  until({
    what: `${count} revoked certificates`,
    probe: async () => (await certificates(server)).filter(({ revoked }) => revoked).length === count,
    within: 60_000,
  });

test("all are replaced over a restart, and revoked by their own keys only when the edge serves the successors", async () => {
  await using server = await startIssuingServer(postgres, { renewalInfo: true });
  for (const name of names) await server.enrol(name);
  const before = await certificates(server);
  // An edge serves the first; nobody has told of the others.
  await sql`
    with edge_row as (
      insert into edge (edge_group_id, name, last_seen_at)
      select edge_group_id, 'edge1', ${new Date(server.clock.now())} from lineage limit 1 returning id
    )
    insert into delivery (edge_id, lineage_id, certificate_id, received_at)
    select edge_row.id, lineage.id, certificate_id, now() from edge_row, lineage where names[1] = 'a.example'`.execute(
    server.db,
  );
  const id = await begin(server, { reason: "keyCompromise", thenRevoke: true });
  await server.restart();
  await isDone(server, id);
  expect(await countReplacement(server.db, id)).toMatchObject({ replaced: 3, failing: 0 });
  await areRevoked(server, 2);
  // The edge still serves the old one.
  expect((await certificates(server))[0]).toMatchObject({ id: before[0]?.id, revoked: false });
  expect(server.ca.counts().revokeCert).toBe(2);
  await sql`update delivery set certificate_id = lineage.certificate_id from lineage where lineage.id = lineage_id`.execute(
    server.db,
  );
  await areRevoked(server, 3);
  const after = await certificates(server);
  expect(after.map(({ revoked, current }) => [revoked, current])).toEqual([
    ...before.map(() => [true, false]),
    ...before.map(() => [false, true]),
  ]);
  expect(after[0]?.reason).toBe("keyCompromise");
  expect(
    server.ca
      .requests()
      .filter(({ resource }) => resource === "revokeCert")
      .map(({ status }) => status),
  ).toEqual([200, 200, 200]);
  const { rows } = await sql`select 1 from event where kind = 'certificate.revoked'`.execute(server.db);
  expect(rows).toHaveLength(3);
});

test("what is served and revoked at once is replaced at once; an answer that is lost does no harm", async () => {
  await using server = await startIssuingServer(postgres, {});
  await server.enrol("a.example");
  const [first] = await certificates(server);
  const serials = [first?.serial ?? ""];
  server.ca.failNext("drop-after", "revokeCert");
  const replaced = server.heard("certificate.stored", "a.example");
  for (let again = 0; again < 2; again += 1) {
    await server.db.transaction().execute((trx) =>
      requestSerials(trx, serials, {
        reason: "superseded",
        when: "now",
        who: "test",
        now: server.clock.now(),
      }),
    );
  }
  await replaced;
  const [old, successor] = await certificates(server);
  expect(old).toMatchObject({ revoked: true, reason: "superseded", current: false });
  expect(successor).toMatchObject({ revoked: false, current: true });
  expect(server.ca.counts().revokeCert).toBe(2);
  const { rows } = await sql`select class from issuance order by id`.execute(server.db);
  expect(rows).toEqual([{ class: "interactive" }, { class: "emergency" }]);
  const { failures } = await server.db.selectFrom("revocation").select("failures").executeTakeFirstOrThrow();
  expect(failures).toBe(1);
});

test("a certificate in use is not revoked without a successor; one that the CA will not revoke is told of", async () => {
  await using server = await startIssuingServer(postgres, {});
  await server.enrol("a.example");
  const [held] = await certificates(server);
  const request = { reason: "privilegeWithdrawn", who: "test", now: server.clock.now() } as const;
  const ask = (when: "served" | "now") =>
    server.db.transaction().execute((trx) => requestSerials(trx, [held?.serial ?? ""], { ...request, when }));
  expect(await ask("served")).toBe(0);
  expect(await ask("now")).toBe(1);
  await until({
    what: "the CA's no",
    probe: async () =>
      (await server.db.selectFrom("revocation").select("state").executeTakeFirst())?.state === "failed",
    within: 60_000,
  });
  const failed = await server.db.selectFrom("revocation").selectAll().executeTakeFirstOrThrow();
  expect(failed.failure_detail).toContain("reason");
  expect((await certificates(server))[0]).toMatchObject({ revoked: false, current: true });
});
