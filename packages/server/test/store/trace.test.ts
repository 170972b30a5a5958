/** A trace's place is in the rows: of what was asked, of the issuance, and of the root span that is owed. */
import { after, seconds } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { claimIssuances } from "../../src/store/claim-issuances.ts";
import { openDatabase } from "../../src/store/database.ts";
import { commitAbandoned } from "../../src/store/decision/commit-abandoned.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { removeLineage } from "../../src/store/write/remove-lineage.ts";
import { retryLineage } from "../../src/store/write/retry-lineage.ts";
import { takeEndedTraces } from "../../src/store/write/take-ended-traces.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type Fleet, lease, start, startFleet } from "./fleet.ts";

let postgres: MigratedPostgres;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const asked = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const rootOf = (n: number): string => `00-${String(n).padStart(32, "0")}-${String(n).padStart(16, "0")}-01`;

/** Plans all, and says which requests' spans were told. */
async function plan(fleet: Fleet, trace: string | null, now = start): Promise<(string | null)[]> {
  const told: (string | null)[] = [];
  const beginTrace = (by: string | null) => {
    told.push(by);
    return trace;
  };
  await planRound(fleet.db, { limit: 10, now, beginTrace });
  return told;
}

const tracesOf = async ({ db }: Fleet) =>
  (
    await sql<Record<string, unknown>>`
      select trace, trace_link, trace_owed, asked_trace from issuance join lineage on lineage.id = lineage_id
      order by issuance.id`.execute(db)
  ).rows;

const claim = (fleet: Fleet, now = start) => claimIssuances(fleet.db, { limit: 10, lease, now });

async function fail(fleet: Fleet, now = start): Promise<void> {
  const [issuance] = await claim(fleet, now);
  if (issuance === undefined) throw new Error("Nothing was due.");
  const commit = {
    cause: "dns",
    detail: "",
    retryAt: after(now, lease),
    events: [],
    ledger: [],
    now,
  } as const;
  expect(await commitAbandoned(fleet.db, issuance, commit)).toBe(true);
}

test("the span of the request that asks is kept until the next issuance, which takes it along", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com"]]);
  expect(await plan(fleet, rootOf(1))).toEqual([null]);
  expect((await claim(fleet))[0]?.trace).toBe(rootOf(1));
  await removeLineage(fleet.db, "1", start);

  await fleet.add([["b.example.com"]]);
  await plan(fleet, rootOf(2));
  await fail(fleet);
  const now = after(start, seconds(1));
  await retryLineage(fleet.db, { lineageId: "2", by: { token: "t" }, askedTrace: asked, now });
  expect(await plan(fleet, rootOf(3), now)).toEqual([asked]);
  expect(await tracesOf(fleet)).toMatchObject([
    { trace: rootOf(1), trace_link: null },
    { trace: rootOf(2), trace_link: null },
    { trace: rootOf(3), trace_link: asked, trace_owed: true, asked_trace: null },
  ]);
});

test("what is not sampled leaves no trace", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com"]]);
  await sql`update lineage set asked_trace = ${asked}`.execute(fleet.db);
  expect(await plan(fleet, null)).toEqual([asked]);
  expect(await tracesOf(fleet)).toEqual([
    { trace: null, trace_link: null, trace_owed: false, asked_trace: null },
  ]);
  await fail(fleet);
  expect(await takeEndedTraces(fleet.db, 10)).toEqual([]);
});

test("a root is owed from the end on, and told by one of many", async () => {
  await using fleet = await startFleet(postgres);
  await using other = await openDatabase({ kind: "postgresql", url: fleet.url, connections: 2 });
  await fleet.add([["a.example.com", "www.a.example.com"]]);
  await plan(fleet, rootOf(1));
  expect(await takeEndedTraces(fleet.db, 10)).toEqual([]);
  await fail(fleet);
  const taken = await Promise.all([fleet.db, other.db, fleet.db].map((db) => takeEndedTraces(db, 10)));
  expect(taken.flat()).toEqual([
    {
      trace: rootOf(1),
      link: null,
      issuanceId: "1",
      lineageId: "1",
      names: ["a.example.com", "www.a.example.com"],
      caName: "test",
      workClass: "interactive",
      keyType: "p256",
      end: "abandoned",
      failureCode: "dns",
      startedAt: start,
      endedAt: start,
      claims: 1,
    },
  ]);
});

test("also where it was ended from outside, before anybody had it", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com"]]);
  await plan(fleet, rootOf(1));
  await removeLineage(fleet.db, "1", after(start, seconds(5)));
  expect(await takeEndedTraces(fleet.db, 10)).toMatchObject([
    { end: "cancelled", failureCode: null, claims: 0, endedAt: after(start, seconds(5)) },
  ]);
});
