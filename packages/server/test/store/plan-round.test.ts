import { after, days, freshHealth, type Instant, instant, minutes, seconds } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { claimIssuances } from "../../src/store/claim-issuances.ts";
import { openDatabase } from "../../src/store/database.ts";
import { commitAbandoned } from "../../src/store/decision/commit-abandoned.ts";
import { commitIssued } from "../../src/store/decision/commit-issued.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { readOwed } from "../../src/store/what-is-owed.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { certificateFor, claimOne, insertTestCa, lease, start, startFleet, storeKey } from "./fleet.ts";

let postgres: MigratedPostgres;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index): [string] => [`n${index}.example.com`]);

test("planners at once never plan beyond the CA's orders in flight, and each lineage once", async () => {
  const most = 8;
  await using fleet = await startFleet(postgres, most);
  await fleet.add(numbered(60));
  await using other = await openDatabase({ kind: "postgresql", url: fleet.url, connections: 10 });
  const seen: number[] = [];
  let ended = 0;
  const plan = async (db: typeof fleet.db): Promise<void> => {
    while (ended < 60) {
      await planRound(db, { limit: 5, now: start });
      const { rows } = await sql<{ live: number }>`
        select count(*)::int as live from issuance where ended_at is null`.execute(db);
      seen.push(rows[0]?.live ?? 0);
      for (const claim of await claimIssuances(db, { limit: 2, lease, now: start })) {
        const over = {
          cause: "dns",
          detail: "",
          retryAt: after(start, days(1)),
          events: [],
          ledger: [],
          now: start,
        } as const;
        expect(await commitAbandoned(db, claim, over)).toBe(true);
        ended += 1;
      }
    }
  };
  await Promise.all([fleet.db, fleet.db, other.db, other.db].map(plan));
  expect(Math.max(...seen)).toBeLessThanOrEqual(most);
  const { rows } = await sql`select lineage_id from issuance group by lineage_id having count(*) > 1`.execute(
    fleet.db,
  );
  expect(rows).toEqual([]);
});

test("the longest due are planned first, each with its event; what finds no room waits in line", async () => {
  await using fleet = await startFleet(postgres, 2);
  const late = after(start, seconds(5));
  await fleet.add([["c.example.com"]], late);
  await fleet.add([["a.example.com"], ["b.example.com"]]);
  expect((await readOwed(fleet.db, start)).planningAt).toBe(start);
  const plan = (limit: number) => planRound(fleet.db, { limit, now: late });
  expect(await plan(5)).toMatchObject({ orders: 2, waitsForRoom: true });
  expect(await plan(5)).toMatchObject({ orders: 0, waitsForRoom: true });
  expect((await readOwed(fleet.db, start)).planningAt).toBe(after(late, seconds(1)));
  const { rows } = await sql`
    select lineage.names[1] as name, lineage.state, queue.lineage_id is not null as in_line, event.kind
    from lineage left join event on event.lineage_id = lineage.id and event.kind = 'issuance.started'
      left join queue on queue.lineage_id = lineage.id
    order by 1`.execute(fleet.db);
  expect(rows).toEqual([
    { name: "a.example.com", state: "issuing", in_line: false, kind: "issuance.started" },
    { name: "b.example.com", state: "issuing", in_line: false, kind: "issuance.started" },
    { name: "c.example.com", state: "waiting", in_line: true, kind: null },
  ]);
});

test("no more are planned than are asked for, whoever else is in line", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add(numbered(30));
  for (const limit of [1, 3, 5, 8])
    expect(await planRound(fleet.db, { limit, now: start })).toMatchObject({ orders: limit });
});

test("while another process plans, nobody waits for it", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add(numbered(1));
  await fleet.db.transaction().execute(async (trx) => {
    await sql`select 1 from planner for update`.execute(trx);
    expect(await planRound(fleet.db, { limit: 1, now: start })).toEqual({ kind: "elsewhere" });
  });
  expect(await planRound(fleet.db, { limit: 1, now: start })).toMatchObject({ orders: 1 });
});

test.each([
  ["the CA's own trouble", "ca-unreachable", ["a.example.com", "c.example.com"]],
  ["what the customer has to change", "caa", ["c.example.com", "a.example.com"]],
] as const)(
  "after %s, a domain comes back to its place or goes to the end of the line",
  async (_, cause, order) => {
    await using fleet = await startFleet(postgres, 1);
    for (const name of ["a", "b", "c"]) await fleet.add([[`${name}.example.com`]]);
    const next = async (now: typeof start) => {
      await planRound(fleet.db, { limit: 10, now });
      const [claim] = await claimIssuances(fleet.db, { limit: 10, lease, now });
      if (claim === undefined) throw new Error("Nothing was planned.");
      return claim;
    };
    const fail = (
      claim: Awaited<ReturnType<typeof next>>,
      why: typeof cause | "dns",
      retryAt: typeof start,
    ) =>
      commitAbandoned(fleet.db, claim, {
        cause: why,
        detail: "",
        retryAt,
        events: [],
        ledger: [],
        now: start,
      });
    const soon = after(start, seconds(1));
    await fail(await next(start), cause, soon);
    await fail(await next(start), "dns", after(start, days(1)));
    const ran = [];
    for (let turn = 0; turn < 2; turn += 1) {
      const claim = await next(soon);
      ran.push(claim.names[0]);
      await fail(claim, "dns", after(start, days(1)));
    }
    expect(ran).toEqual(order);
  },
);

test("a renewal whose CA is down waits for it where no limit counts it, for a week, and goes to another then", async () => {
  await using fleet = await startFleet(postgres);
  const { db } = fleet;
  await insertTestCa(db, { name: "other", directoryUrl: "https://other.test/directory" });
  await db.updateTable("ca").set({ limit_set: "letsencrypt", weight: 100 }).execute();
  await fleet.add([["a.example.com"]]);
  const first = await claimOne(fleet);
  await storeKey(db, first.id);
  const certificate = certificateFor(days(90));
  await commitIssued(db, first, { certificate, events: [], ledger: [], now: start });

  const planAt = async (now: Instant, openUntil: Instant) => {
    const health = JSON.stringify({ ...freshHealth, state: "open", openUntil, trips: 1 });
    await db.updateTable("ca").set({ health }).where("id", "=", first.caId).execute();
    return planRound(db, { limit: 10, now });
  };
  const due = instant(certificate.notAfter - days(30));
  const openUntil = after(due, minutes(15));
  expect(await planAt(due, openUntil)).toMatchObject({ kind: "planned", orders: 0 });
  const waits = await db.selectFrom("queue").select(["parked_until", "parked_for"]).executeTakeFirst();
  expect(waits).toEqual({ parked_until: openUntil, parked_for: null });
  expect((await readOwed(db, due)).planningAt).toBe(openUntil);

  const tired = after(due, days(7.5));
  expect(await planAt(tired, after(tired, minutes(15)))).toMatchObject({ orders: 1 });
  expect((await claimOne(fleet, tired)).caId).not.toBe(first.caId);
});
