/**
 * The rounds that go on beside the worker: certificates are asked for when they are to be renewed, and campaigns are fed. One
 * process does both and may die at one of its calls; another goes on once its leases are over. What the fed are ordered, the
 * rest of the installation does, and lives.
 */
import assert from "node:assert/strict";
import { after, type DnsName, days, type Instant, instant, minutes } from "@certmill/domain";
import { sql } from "kysely";
import type { RenewalAnswer, RenewalQuestion } from "../../packages/server/src/effects/renewal-info.ts";
import { openDatabase } from "../../packages/server/src/store/database.ts";
import { commitAbandoned } from "../../packages/server/src/store/decision/commit-abandoned.ts";
import { commitIssued } from "../../packages/server/src/store/decision/commit-issued.ts";
import { addLineages } from "../../packages/server/src/store/write/add-lineages.ts";
import {
  cancelCampaign,
  insertCampaign,
  startCampaign,
} from "../../packages/server/src/store/write/campaigns.ts";
import { ensureEdgeGroup } from "../../packages/server/src/store/write/names.ts";
import { feedCampaigns } from "../../packages/server/src/work/feed-campaigns.ts";
import { pollRenewals } from "../../packages/server/src/work/poll-renewals.ts";
import type { MigratedPostgres } from "../../packages/server/test/migrated-postgres.ts";
import { rewindTo } from "../../packages/server/test/rewind.ts";
import {
  certificateFor,
  claimDue,
  type Fleet,
  insertTestCa,
  start,
  startFleet,
  storeKey,
} from "../../packages/server/test/store/fleet.ts";
import { type Death, Mortal } from "./mortal.ts";
import { mortalDatabase } from "./mortal-database.ts";

export interface RoundsTold {
  /** The call the first process died at; null when it came to the end alive. */
  readonly diedAt: string | null;
  /** Calls of the first process. */
  readonly calls: number;
  /** Questions to CAs, of all processes. */
  readonly asked: number;
  /** All that is to be the same, however it was come to. */
  readonly end: object;
}

/** Longer than the lease of a poll. */
const untilLeasesEnd = minutes(31);
const mostRounds = 200;

export interface Rounds extends AsyncDisposable {
  /** Runs it once, from its beginning. */
  run(death: Death | null): Promise<RoundsTold>;
}

export async function openRounds(postgres: MigratedPostgres): Promise<Rounds> {
  await using opened = new AsyncDisposableStack();
  const fleet = opened.use(await startFleet(postgres));
  await prepare(fleet);
  const rewind = await rewindTo(fleet.db);
  const lifetime = opened.move();
  return {
    async run(death) {
      await rewind();
      const world = new World();
      const [first, second] = [new Mortal(death), new Mortal(null)];
      for (const mortal of [first, second]) {
        await live(fleet, world, mortal);
        if (mortal.lastCall === null) break;
        world.pass(untilLeasesEnd);
      }
      return { diedAt: first.lastCall, calls: first.calls, asked: world.asked, end: await endOf(fleet) };
    },
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

/** Time, and CAs: the first tells a window, and moves it when it is asked again; the second offers none. */
class World {
  asked = 0;
  #now = start;

  readonly clock = { now: () => this.#now, wait: async () => undefined };

  pass(span: number): void {
    this.#now = instant(this.#now + span);
  }

  answer(offers: boolean, { etag }: RenewalQuestion): RenewalAnswer {
    this.asked += 1;
    if (!offers) return { kind: "not-offered" };
    const day = etag === null ? 60 : 30;
    const window = { start: after(start, days(day)), end: after(start, days(day + 1)) };
    return {
      kind: "told",
      window,
      explanationUrl: null,
      etag: etag === null ? "first" : moved,
      retryAt: null,
    };
  }
}

const moved = "moved";

/** Until nothing is due any more, or its death. */
async function live(fleet: Fleet, world: World, mortal: Mortal): Promise<void> {
  const { clock } = world;
  await using database = await openDatabase({ kind: "postgresql", url: fleet.url, connections: 1 });
  const { db } = mortalDatabase(database, mortal);
  const ask = (caId: string, question: RenewalQuestion) =>
    mortal.ask(async () => world.answer(caId === fleet.caId, question));
  try {
    for (let round = 0; ; round += 1) {
      assert(round < mostRounds, "It comes to no end.");
      await pollRenewals({ db, clock, ask, onNews: () => undefined }, new AbortController().signal);
      await feedCampaigns(db, clock.now());
      await orderDue(fleet, clock.now());
      const next = await nextDue(fleet);
      if (next === null) return;
      world.pass(Math.max(next - clock.now(), 1));
    }
  } catch (error) {
    if (mortal.lastCall === null) throw error;
  }
}

const campaigns = ["good", "bad", "cancelled"] as const;

async function prepare(fleet: Fleet): Promise<void> {
  const { db } = fleet;
  await fleet.add([["a.example"], ["b.example"], ["c.example"]]);
  for (const issuance of await claimDue(fleet)) {
    await storeKey(db, issuance.id);
    const certificate = { ...certificateFor(days(90)), ariId: `key.${issuance.names[0]}` };
    await commitIssued(db, issuance, { certificate, events: [], ledger: [], now: start });
  }
  await useOtherCa(fleet, "c.example");
  await sql`update ca set offers_renewal_info = true`.execute(db);
  for (const name of campaigns) await addCampaign(fleet, name);
  await cancelCampaign(db, await campaignId(fleet, "cancelled"), start);
}

/** It asks another CA for the renewal of its certificate. */
async function useOtherCa({ db }: Fleet, name: string): Promise<void> {
  const caId = await insertTestCa(db, { name: "other", makeDefault: false, weight: 0 });
  await sql`
    update renewal set ca_id = ${caId} from lineage where lineage.id = lineage_id and names = ${[name]}`.execute(
    db,
  );
}

async function addCampaign(fleet: Fleet, name: (typeof campaigns)[number]): Promise<void> {
  const { db, caId } = fleet;
  const settings = {
    name,
    finishBy: null,
    window: null,
    perHour: null,
    packNames: 1,
    packAcrossTenants: false,
    mostFailed: 0.4,
    renewalSpreadDays: 15,
    caIds: null,
    edgeGroupId: null,
    keyType: "p256",
    paired: null,
    profile: null,
  } as const;
  await insertCampaign(db, settings, start);
  const id = await campaignId(fleet, name);
  const list = [1, 2].map((n) => ({ names: [`${name}${n}.example` as DnsName] as const, tenantId: null }));
  const edgeGroupId = await ensureEdgeGroup(db, "default");
  const terms = { caId, caIds: null, edgeGroupId, profile: null, challenge: null, campaignId: id };
  await addLineages(db, list, { ...terms, keyType: "p256", paired: null }, start);
  await startCampaign(db, id, start);
}

async function campaignId({ db }: Fleet, name: string): Promise<string> {
  return (await db.selectFrom("campaign").select("id").where("name", "=", name).executeTakeFirstOrThrow()).id;
}

/** What is due is ordered, and fails where its campaign is the bad one. */
async function orderDue(fleet: Fleet, now: Instant): Promise<void> {
  for (const issuance of await claimDue(fleet, now)) {
    const common = { events: [], ledger: [], now };
    if (issuance.names[0]?.startsWith("bad") === true) {
      const retryAt = after(now, days(1));
      await commitAbandoned(fleet.db, issuance, { cause: "dns", detail: "words", retryAt, ...common });
    } else {
      await storeKey(fleet.db, issuance.id);
      const certificate = { ...certificateFor(days(90), now), ariId: null };
      await commitIssued(fleet.db, issuance, { certificate, ...common });
    }
  }
}

/** The next campaign's step, or question that is to move a window; null: there is none. */
async function nextDue({ db }: Fleet): Promise<Instant | null> {
  const { rows } = await sql<{ at: Instant | null }>`
    select least(
      (select min(wake_at) from campaign),
      (select min(poll_at) from renewal where ari_id is not null and etag is distinct from ${moved})) as at`.execute(
    db,
  );
  return rows[0]?.at ?? null;
}

async function endOf({ db }: Fleet): Promise<object> {
  const { rows: lists } = await sql`select name, state, wave, wave_left from campaign order by name`.execute(
    db,
  );
  const { rows: lineages } = await sql`
    select lineage.names, lineage.state, lineage.held, lineage.wave, lineage.failures, window_start, window_end, etag,
      renewal.failures as troubles, lineage.wake_at between window_start and window_end as in_window, poll_at is null as is_asked_no_more,
      (select count(*)::int from certificate where lineage_id = lineage.id) as certificates,
      (select count(*)::int from issuance where lineage_id = lineage.id) as orders
    from lineage left join renewal on renewal.lineage_id = lineage.id order by lineage.names`.execute(db);
  const { rows: events } = await sql`
    select kind, lineage_id is not null as of_lineage, count(*)::int from event group by 1, 2 order by 1, 2`.execute(
    db,
  );
  const { rows: offers } = await sql`select name, offers_renewal_info from ca order by name`.execute(db);
  return { lists, lineages, events, offers };
}
