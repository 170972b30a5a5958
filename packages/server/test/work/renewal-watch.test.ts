/** What is asked when, by several processes, and what becomes of the answers. */
import { after, days, hours, type Instant, instant, minutes } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RenewalAnswer } from "../../src/effects/renewal-info.ts";
import { type Db, timestamp } from "../../src/store/database.ts";
import { commitIssued } from "../../src/store/decision/commit-issued.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { countEnding } from "../../src/store/read/ending.ts";
import type { RenewalNews } from "../../src/store/renewal-polls.ts";
import { RenewalWatch } from "../../src/work/renewal-watch.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { SteppedClock } from "../stepped-clock.ts";
import { openSteppedDatabase } from "../stepped-database.ts";
import { certificateFor, claimDue, type Fleet, startFleet, storeKey } from "../store/fleet.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(() => postgres[Symbol.asyncDispose]());

/** When the clock of a test begins. */
const start = new SteppedClock().now();

/** `count` lineages with a certificate each, issued at the start. */
async function issue(fleet: Fleet, count: number): Promise<void> {
  await fleet.add(
    Array.from({ length: count }, (_, n): [string] => [`n${n}.example`]),
    start,
  );
  for (const issuance of await claimDue(fleet, start)) {
    await storeKey(fleet.db, issuance.id);
    const certificate = { ...certificateFor(days(90), start), ariId: `key.${issuance.names[0]}` };
    await commitIssued(fleet.db, issuance, { certificate, events: [], ledger: [], now: start });
  }
}

interface Asked {
  readonly at: Instant;
  readonly ariId: string;
  readonly etag: string | null;
}

interface Watched {
  readonly asked: readonly Asked[];
  readonly news: readonly RenewalNews[];
  readonly errors: readonly unknown[];
}

type Answer = (asked: Asked) => RenewalAnswer;

/** Two processes watch for some time. */
async function watchFor(
  fleet: Fleet,
  wait: number,
  { answer, offered = true }: { readonly answer: Answer; readonly offered?: boolean },
): Promise<Watched> {
  const clock = new SteppedClock();
  await using one = await openSteppedDatabase(fleet.url, clock);
  await using two = await openSteppedDatabase(fleet.url, clock);
  const asked: Asked[] = [];
  const news: RenewalNews[] = [];
  const errors: unknown[] = [];
  const watches = [one, two].map(
    ({ db }) =>
      new RenewalWatch({
        db,
        clock,
        readOffer: async () => ({ renewalInfo: offered, profiles: [] }),
        ask: async (_, question) => {
          const request = { at: clock.now(), ...question };
          asked.push(request);
          return answer(request);
        },
        onNews: (each) => news.push(each),
        onError: (error) => errors.push(error),
      }),
  );
  await clock.until(clock.wait(wait, new AbortController().signal));
  await clock.until(Promise.all(watches.map((watch) => watch.stop())));
  return { asked, news, errors };
}

const usual = { start: after(start, days(59)), end: after(start, days(61)) };
const told = (
  window = usual,
  explanationUrl: string | null = null,
): Extract<RenewalAnswer, { kind: "told" }> => ({
  kind: "told",
  window,
  explanationUrl,
  etag: null,
  retryAt: null,
});

const renewals = async (db: Db) =>
  (
    await sql<{
      name: string;
      wake: Instant | null;
      poll: Instant | null;
      urgent: boolean;
      failures: number;
    }>`
      select names[1] as name, wake_at as wake, poll_at as poll, urgent, renewal.failures
      from lineage left join renewal on lineage_id = lineage.id order by lineage.id`.execute(db)
  ).rows;

const events = async (db: Db) =>
  (
    await sql<{ detail: Record<string, unknown> }>`
      select detail from event where kind = 'renewal.moved' order by id`.execute(db)
  ).rows.map(({ detail }) => detail);

test("each certificate is asked for by one process, soon and then every six hours, and renewed in its window", async () => {
  await using fleet = await startFleet(postgres);
  await issue(fleet, 30);
  const { asked, news, errors } = await watchFor(fleet, hours(13), { answer: () => told() });
  expect([news, errors]).toEqual([[], []]);
  expect(asked).toHaveLength(90);
  const times = asked
    .filter(({ ariId }) => ariId === "key.n7.example")
    .map(({ at }) => (at - start) / hours(1));
  expect(times.map(Math.round)).toEqual([0, 6, 12]);
  const wakes = (await renewals(fleet.db)).map(({ wake }) => wake ?? 0);
  expect(Math.min(...wakes)).toBeGreaterThanOrEqual(usual.start);
  expect(Math.max(...wakes)).toBeLessThan(usual.end);
  expect(new Set(wakes).size).toBe(30);
});

test("a CA without renewal information is not asked again, and what it issued is renewed by its lifetime", async () => {
  await using fleet = await startFleet(postgres);
  await issue(fleet, 1);
  const { asked } = await watchFor(fleet, days(1), {
    answer: () => ({ kind: "not-offered" }),
    offered: false,
  });
  expect(asked).toHaveLength(1);
  expect(await renewals(fleet.db)).toMatchObject([{ wake: after(start, days(60)), poll: null }]);
});

test("when a CA begins to offer it, all that it has issued is asked for", async () => {
  await using fleet = await startFleet(postgres);
  await issue(fleet, 20);
  await sql`update renewal set poll_at = null`.execute(fleet.db);
  const { asked } = await watchFor(fleet, hours(7), { answer: () => told() });
  expect(new Set(asked.map(({ ariId }) => ariId)).size).toBe(20);
  expect(new Set(asked.slice(0, 20).map(({ at }) => at)).size).toBeGreaterThan(10);
});

test("one that takes it back is not asked any more", async () => {
  await using fleet = await startFleet(postgres);
  await issue(fleet, 30);
  // Its directory was read a moment ago.
  await sql`update ca set offers_renewal_info = true, directory_read_at = ${timestamp(start)}`.execute(
    fleet.db,
  );
  const { asked } = await watchFor(fleet, hours(5), { answer: () => ({ kind: "not-offered" }) });
  expect(asked.length).toBeLessThan(10);
  const { offers_renewal_info: offers } = await fleet.db
    .selectFrom("ca")
    .select("offers_renewal_info")
    .executeTakeFirstOrThrow();
  expect(offers).toBe(false);
  expect((await renewals(fleet.db)).map(({ poll }) => poll)).toEqual(Array(30).fill(null));
});

test("a CA in trouble is asked seldom; the renewal stays where it was", async () => {
  await using fleet = await startFleet(postgres);
  await issue(fleet, 40);
  const { asked } = await watchFor(fleet, minutes(2), { answer: () => ({ kind: "trouble", retryAt: null }) });
  // At once and a minute later, up to 8 in a row and those that were under way, in two processes.
  expect(asked.length).toBeLessThanOrEqual(4 * 16);
  expect(
    (await renewals(fleet.db)).every(({ wake, failures }) => wake === after(start, days(60)) && failures > 0),
  ).toBe(true);
});

test("a certificate that the CA does not know, or that has ended, holds nothing up", async () => {
  await using fleet = await startFleet(postgres);
  await issue(fleet, 2);
  await sql`update renewal set not_after = ${new Date(start - 1)} where lineage_id = 2`.execute(fleet.db);
  const { asked } = await watchFor(fleet, hours(5), { answer: () => ({ kind: "useless", retryAt: null }) });
  expect(asked.map(({ ariId }) => ariId)).toEqual(["key.n0.example"]);
  expect(await renewals(fleet.db)).toMatchObject([{ failures: 0 }, { poll: null }]);
});

test("what has not changed is not told again: the window stays, and is asked for when the CA says", async () => {
  await using fleet = await startFleet(postgres);
  await issue(fleet, 1);
  const page = "https://ca.test/incident";
  const moved = { start: after(start, days(40)), end: after(start, days(42)) };
  const { asked, news } = await watchFor(fleet, hours(5), {
    answer: ({ at, etag }) => {
      if (at >= after(start, hours(4))) return { ...told(moved), etag: '"v2"' };
      if (etag === '"v1"') return { kind: "unchanged", retryAt: after(at, hours(3)) };
      return { ...told(usual, page), etag: '"v1"', retryAt: after(at, hours(1)) };
    },
  });
  expect(asked.map(({ at, etag }) => [Math.round((at - start) / hours(1)), etag])).toEqual([
    [0, null],
    [1, '"v1"'],
    [4, '"v1"'],
  ]);
  expect(news).toMatchObject([{ moved: 1, urgent: 0 }]);
  const [renewal] = await renewals(fleet.db);
  expect(renewal?.wake).toBeGreaterThanOrEqual(moved.start);
  const { rows } = await sql`select window_start, explanation_url, etag from renewal`.execute(fleet.db);
  expect(rows).toEqual([{ window_start: moved.start, explanation_url: null, etag: '"v2"' }]);
});

test("an unchanged answer writes when to ask again, ends a row of failures, and leaves all else", async () => {
  await using fleet = await startFleet(postgres);
  await issue(fleet, 1);
  const page = "https://ca.test/incident";
  await sql`update renewal set window_start = ${timestamp(usual.start)}, window_end = ${timestamp(usual.end)},
    explanation_url = ${page}, etag = '"v1"', urgent = true, failures = 2`.execute(fleet.db);
  const row = async () =>
    (await sql<Record<string, unknown>>`select renewal.*, wake_at from renewal, lineage`.execute(fleet.db))
      .rows[0];
  const before = await row();
  const { asked } = await watchFor(fleet, minutes(5), {
    answer: ({ at }) => ({ kind: "unchanged", retryAt: after(at, hours(9)) }),
  });
  expect(asked).toMatchObject([{ etag: '"v1"' }]);
  const retryAt = after(instant(asked[0]?.at ?? 0), hours(9));
  const { poll_at: pollAt, ...rest } = (await row()) ?? {};
  const { poll_at: _, ...kept } = before ?? {};
  expect(rest).toEqual({ ...kept, failures: 0 });
  expect(Math.abs(Number(pollAt) - retryAt)).toBeLessThan(minutes(30));
  expect(await events(fleet.db)).toEqual([]);
});

test("the next certificate is asked for without the entity tag of the one before", async () => {
  await using fleet = await startFleet(postgres);
  await issue(fleet, 1);
  await watchFor(fleet, minutes(5), { answer: () => ({ ...told(), etag: '"v1"' }) });
  const due = after(start, days(61));
  await planRound(fleet.db, { limit: 10, now: due });
  for (const issuance of await claimDue(fleet, due)) {
    await storeKey(fleet.db, issuance.id);
    const certificate = { ...certificateFor(days(90), due), ariId: "key.next" };
    await commitIssued(fleet.db, issuance, { certificate, events: [], ledger: [], now: due });
  }
  const { rows } = await sql`select ari_id, etag from renewal`.execute(fleet.db);
  expect(rows).toEqual([{ ari_id: "key.next", etag: null }]);
});

test("windows that move into the past renew at once, as emergencies, and the timeline says why", async () => {
  await using fleet = await startFleet(postgres);
  await issue(fleet, 5);
  const incident = after(start, hours(8));
  const revoked = new Set(["key.n1.example", "key.n3.example"]);
  const page = "https://ca.test/incident";
  const { news } = await watchFor(fleet, hours(19), {
    answer: ({ at, ariId }) =>
      at >= incident && revoked.has(ariId)
        ? told({ start: instant(at - minutes(60)), end: instant(at - minutes(30)) }, page)
        : told(),
  });
  expect(news.reduce((sum, { urgent }) => sum + urgent, 0)).toBe(2);
  expect(news[0]).toMatchObject({ explanationUrl: page });
  expect(await events(fleet.db)).toMatchObject(
    [...revoked].map(() => ({ urgent: true, explanationUrl: page })),
  );
  const wakes = (await renewals(fleet.db)).map(({ wake }) => (wake ?? 0) < after(start, hours(19)));
  expect(wakes).toEqual([false, true, false, true, false]);
  await planRound(fleet.db, { limit: 10, now: after(start, hours(19)) });
  const { rows } = await sql<{ class: string; replaces: string | null; exemption: string }>`
    select class, replaces, exemption from issuance where ended_at is null order by id`.execute(fleet.db);
  expect(rows).toEqual([...revoked].map((replaces) => ({ class: "emergency", replaces, exemption: "none" })));
});

test("one that failed keeps its own time of trying again; one in line goes to the front of it", async () => {
  await using fleet = await startFleet(postgres);
  await issue(fleet, 2);
  await sql`update lineage set failures = 1 where id = 1`.execute(fleet.db);
  await sql`update lineage set wake_at = null where id = 2`.execute(fleet.db);
  await sql`insert into lane (class) values ('renewal')`.execute(fleet.db);
  await sql`insert into queue (lineage_id, lane_id, turn, queued_at) select 2, max(id), 1, ${new Date(start)} from lane`.execute(
    fleet.db,
  );
  const gone = { start: after(start, minutes(-90)), end: after(start, minutes(-30)) };
  await watchFor(fleet, minutes(5), { answer: () => told(gone) });
  expect(await renewals(fleet.db)).toMatchObject([
    { wake: after(start, days(60)), urgent: true },
    { urgent: true },
  ]);
  await sql`update ca set max_orders_in_flight = 1`.execute(fleet.db);
  await planRound(fleet.db, { limit: 10, now: after(start, minutes(5)) });
  const { rows } = await sql`select class from issuance where ended_at is null`.execute(fleet.db);
  expect(rows).toEqual([{ class: "emergency" }]);
});

test("certificates whose end is near are counted: a sixth of the lifetime left, or three days", async () => {
  await using fleet = await startFleet(postgres);
  await issue(fleet, 4);
  const lives = [days(90), days(90), hours(160), hours(160)];
  const ages = [days(87), days(87) - 1, hours(134), hours(133)];
  for (const [n, life] of lives.entries()) {
    const from = start - (ages[n] ?? 0);
    await sql`update renewal set not_before = ${new Date(from)}, not_after = ${new Date(from + life)}
      where lineage_id = ${n + 1}`.execute(fleet.db);
  }
  expect(await countEnding(fleet.db, start)).toBe(2);
});
