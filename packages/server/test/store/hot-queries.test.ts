/** Each query that a docstring promises an index for uses it, on a fleet of some size and without hints. */
import { after, type Duration, days, type Instant, instant, seconds } from "@certmill/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readChallengeResponses } from "../../src/store/challenge-responses.ts";
import { claimChecks, nextCheckAt } from "../../src/store/check/claim-checks.ts";
import { claimIssuances } from "../../src/store/claim-issuances.ts";
import type { Db } from "../../src/store/database.ts";
import { commitAbandoned } from "../../src/store/decision/commit-abandoned.ts";
import { claimDueRecords, isStillWanted, nextRemovalAt } from "../../src/store/dns/dns-records.ts";
import { findNamesInZones, findZone } from "../../src/store/dns/dns-zones.ts";
import { tellExpiring } from "../../src/store/expiring.ts";
import { destroyEndedKeys, readKeysEnd } from "../../src/store/key/key-ends.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { listCertificates } from "../../src/store/read/certificates.ts";
import { countChanges, listChanges } from "../../src/store/read/changes.ts";
import { anyDomain } from "../../src/store/read/domain-filter.ts";
import { listDomains } from "../../src/store/read/domain-list.ts";
import { findDomain, listDeliveries } from "../../src/store/read/domains.ts";
import { listServed, readEdgeFeed } from "../../src/store/read/edge-feed.ts";
import { countEnding } from "../../src/store/read/ending.ts";
import { readHorizon } from "../../src/store/read/feed-position.ts";
import { countEdges, countLate, countParked } from "../../src/store/read/fleet-figures.ts";
import { listCaLoads } from "../../src/store/read/status.ts";
import { readDurations, readInTime, readIssuance } from "../../src/store/read/tallied.ts";
import { followTimeline, readTimeline } from "../../src/store/read/timeline.ts";
import { findTokenByHash } from "../../src/store/read/tokens.ts";
import { readOverdue } from "../../src/store/read/trouble.ts";
import { readToldEvents, scanFeed, scanLineage } from "../../src/store/read/webhook-feed.ts";
import { readOffers } from "../../src/store/renewal-offers.ts";
import { claimPolls, storePolls } from "../../src/store/renewal-polls.ts";
import { listKeysInUse, readForeignKeys } from "../../src/store/secrets.ts";
import { forgetTally } from "../../src/store/tally.ts";
import { claimLooks, nextLookAt } from "../../src/store/vault-looks.ts";
import { claimWebhook } from "../../src/store/webhook-rounds.ts";
import { readOwed } from "../../src/store/what-is-owed.ts";
import { forgetAudit } from "../../src/store/write/audit.ts";
import { removeLineage } from "../../src/store/write/remove-lineage.ts";
import { takeEndedTraces } from "../../src/store/write/take-ended-traces.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { accessOf } from "./access-of.ts";
import { fillFleet } from "./fill-fleet.ts";
import { type Fleet, lease, start, startFleet } from "./fleet.ts";

const now = after(start, seconds(1));

let postgres: MigratedPostgres;
let fleet: Fleet;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
  fleet = await startFleet(postgres);
  await fillFleet(fleet.db, 20_000);
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

const claimed = async (db: Db) => {
  const [claim] = await claimIssuances(db, { limit: 1, lease, now });
  if (claim === undefined) throw new Error("Nothing was due.");
  return claim;
};

/** Tables of a handful of rows, which are rightly read whole. */
const small = new Set([
  "replacement",
  "ca",
  "edge_group",
  "edge",
  "installation",
  "tenant",
  "account",
  "planner",
  "lane",
  "class_turn",
  "flow",
  "campaign",
  "limit_override",
  "webhook",
  "expiry_watch",
  "expiry_alert",
  "shared_key",
  "revocation",
  "dns_provider",
  // Read whole and emptied by each planning.
  "ledger_entry",
]);

const before = (at: Instant, ago: Duration): Instant => instant(at - ago);

const firstPage = { descending: false, after: null, limit: 50 } as const;

const queries: Readonly<
  Record<string, readonly [query: (db: Db) => Promise<unknown>, ...indexes: string[]]>
> = {
  claimIssuances: [(db) => claimIssuances(db, { limit: 10, lease, now }), "issuance_due"],
  takeEndedTraces: [(db) => takeEndedTraces(db, 100), "issuance_trace_owed", "issuance_pkey"],
  readOwed: [(db) => readOwed(db, now), "issuance_due", "lineage_due", "queue_parked"],
  planRound: [
    (db) => planRound(db, { limit: 10, now }),
    "lineage_due",
    "issuance_live_by_ca",
    "queue_next",
    "queue_parked",
  ],
  commitAbandoned: [
    async (db) =>
      commitAbandoned(db, await claimed(fleet.db), {
        cause: "dns",
        detail: "",
        retryAt: null,
        events: [],
        ledger: [],
        now,
      }),
    "issuance_pkey",
    "lineage_pkey",
    "challenge_response_by_issuance",
  ],
  removeLineage: [
    (db) => removeLineage(db, "77", now),
    "issuance_live",
    "lineage_pkey",
    "challenge_response_by_issuance",
  ],
  claimDueRecords: [
    (db) => claimDueRecords(db, { limit: 10, lease, now }),
    "dns_record_due",
    "dns_record_pkey",
  ],
  nextRemovalAt: [(db) => nextRemovalAt(db), "dns_record_due"],
  isStillWanted: [(db) => isStillWanted(db, { id: "5", name: "n5", text: "v5" }), "dns_record_by_name"],
  findZone: [(db) => findZone(db, "_acme-challenge.www.n5.example.com"), "dns_zone_pkey"],
  findNamesInZones: [(db) => findNamesInZones(db, ["n5.example.com", "a.test"]), "dns_zone_pkey"],
  readChallengeResponses: [
    (db) => readChallengeResponses(db, ["token-5", "token-6", "nobody"]),
    "challenge_response_pkey",
  ],
  readForeignKeys: [(db) => readForeignKeys(db, "new", 500), "secret_by_kek"],
  listKeysInUse: [(db) => listKeysInUse(db), "secret_by_kek"],
  readTimeline: [(db) => readTimeline(db, "5", 20), "event_by_lineage"],
  followTimeline: [
    (db) => followTimeline(db, { lineageId: "5", after: null, limit: 20 }),
    "event_by_lineage",
  ],
  readEdgeFeed: [
    async (db) => {
      const { installation } = await readHorizon(fleet.db);
      const begin = { installation, xact: "0", id: "0" };
      return readEdgeFeed(db, { twins: true, edgeGroupId: "1", after: begin, limit: 100 });
    },
    "event_feed",
    "lineage_pkey",
    "certificate_pkey",
  ],
  listServed: [
    (db) => listServed(db, { twins: true, edgeGroupId: "1", after: "100", limit: 100 }),
    "lineage_served",
    "certificate_pkey",
  ],
  findDomain: [(db) => findDomain(db, "n5.example.com", null), "domain_pkey", "issuance_live"],
  listDomains: [
    (db) =>
      listDomains(db, anyDomain, {
        sort: "name",
        descending: false,
        after: { name: "n5.example.com", lineageId: "5", at: null },
        limit: 50,
      }),
    "domain_pkey",
    "lineage_pkey",
  ],
  "listDomains that begin with a text": [
    (db) => listDomains(db, { ...anyDomain, search: "n15" }, { ...firstPage, sort: "match" }),
    "domain_pkey",
    "lineage_pkey",
  ],
  "listDomains by their end": [
    (db) => listDomains(db, anyDomain, { ...firstPage, sort: "expires" }),
    "lineage_by_expiry",
    "domain_by_lineage",
  ],
  "listDomains by their last change": [
    (db) => listDomains(db, anyDomain, { ...firstPage, sort: "state-changed", descending: true }),
    "lineage_by_change",
    "domain_by_lineage",
  ],
  "listDomains by when they were added": [
    (db) => listDomains(db, anyDomain, { ...firstPage, sort: "added" }),
    "lineage_pkey",
    "domain_by_lineage",
  ],
  "listDomains in a rare state": [
    (db) => listDomains(db, { ...anyDomain, state: "failed" }, { ...firstPage, sort: "name" }),
    "lineage_by_state",
  ],
  "listDomains with a failure": [
    (db) => listDomains(db, { ...anyDomain, failure: "caa" }, { ...firstPage, sort: "name" }),
    "lineage_by_failure",
  ],
  // Of a day; of a month it is the key.
  readDurations: [
    (db) => readDurations(db, ["step order", "step finalize"], [{ from: start, to: after(start, days(1)) }]),
    "tally_by_age",
  ],
  readIssuance: [(db) => readIssuance(db, { from: start, to: after(start, days(1)) }), "tally_by_age"],
  readInTime: [(db) => readInTime(db, [{ from: start, to: after(start, days(1)) }]), "tally_by_age"],
  forgetTally: [(db) => forgetTally(db, before(start, days(29))), "tally_by_age"],
  readOverdue: [(db) => readOverdue(db, now), "issuance_due", "lineage_check_due"],
  forgetAudit: [(db) => forgetAudit(db, { before: before(start, days(29)), most: 100 }), "audit_by_time"],
  listDeliveries: [(db) => listDeliveries(db, "5"), "delivery_by_lineage"],
  listCertificates: [
    (db) => listCertificates(db, { tenantId: null, lineageId: null }, { before: null, limit: 50 }),
    "certificate_pkey",
  ],
  "listCertificates of a lineage": [
    (db) => listCertificates(db, { tenantId: null, lineageId: "5" }, { before: null, limit: 50 }),
    "certificate_by_lineage",
  ],
  claimLooks: [(db) => claimLooks(db, { limit: 10, lease, now }), "vault_look_due", "lineage_pkey"],
  nextLookAt: [(db) => nextLookAt(db), "vault_look_due"],
  claimChecks: [
    (db) => claimChecks(db, { limit: 10, lease, now }),
    "lineage_check_due",
    "lineage_check_pkey",
  ],
  nextCheckAt: [(db) => nextCheckAt(db), "lineage_check_due"],
  claimPolls: [
    (db) => claimPolls(db, { limit: 10, leaseEnd: after(now, lease), now }),
    "renewal_due",
    "renewal_pkey",
  ],
  storePolls: [
    async (db) => {
      const [poll] = await claimPolls(fleet.db, { limit: 1, leaseEnd: after(now, lease), now });
      if (poll === undefined) throw new Error("Nothing was due.");
      const known = { window: { start: now, end: after(now, lease) }, urgent: true };
      const result = { ...poll, known, pollAt: now, renewAt: now, event: {} };
      await storePolls(db, [result], { leaseEnd: after(now, lease), now });
    },
    // All of one lease have the same instant.
    "renewal_due",
    "lineage_pkey",
  ],
  countChanges: [
    (db) => countChanges(db, { since: start, until: now, tenant: null }),
    "event_changing",
    "event_by_lineage",
  ],
  listChanges: [
    (db) =>
      listChanges(db, {
        filter: { since: start, until: now, tenant: null },
        change: "failing",
        after: "5",
        limit: 100,
      }),
    "event_changing",
    "event_by_lineage",
    "event_pkey",
  ],
  countEnding: [(db) => countEnding(db, now), "renewal_ending"],
  countLate: [(db) => countLate(db, now), "renewal_ending"],
  countParked: [(db) => countParked(db), "queue_parked"],
  countEdges: [
    (db) => countEdges(db, after(now, seconds(600))),
    "certificate_pkey",
    "lineage_undelivered",
    // Edges are few here; where there are many in a group it is the primary key.
    "delivery_by_lineage",
  ],
  readOffers: [(db) => readOffers(db), "renewal_due"],
  destroyEndedKeys: [
    (db) => destroyEndedKeys(db, { limit: 10, kept: days(0), now }),
    "key_end_due",
    "certificate_by_key_secret",
    "issuance_by_key_secret",
  ],
  readKeysEnd: [(db) => readKeysEnd(db, "5", days(0)), "key_end_pkey", "certificate_by_lineage"],
  tellExpiring: [(db) => tellExpiring(db, now), "certificate_nearing_end"],
  claimWebhook: [(db) => claimWebhook(db, { lease, now }), "event_told", "webhook_held_due"],
  scanFeed: [(db) => scanFeed(db, { xact: "0", id: "0" }, 500), "event_told", "lineage_pkey"],
  scanLineage: [
    (db) =>
      scanLineage(
        db,
        { lineageId: "5", after: { xact: "0", id: "0" }, upTo: { xact: "99999999", id: "0" } },
        100,
      ),
    "event_by_lineage",
  ],
  readToldEvents: [
    (db) => readToldEvents(db, ["5", "77", "10007"]),
    "event_pkey",
    "event_by_lineage",
    "certificate_by_lineage",
    "certificate_issuance_id_key",
  ],
  listCaLoads: [(db) => listCaLoads(db), "issuance_live_by_ca"],
  findTokenByHash: [(db) => findTokenByHash(db, Buffer.alloc(32), after(start, days(1))), "token_hash_key"],
};

test.each(Object.entries(queries))("%s", async (_, [query, ...promised]) => {
  const { indexes, wholeTables } = await accessOf(fleet.db, query);
  expect([...indexes]).toEqual(expect.arrayContaining(promised));
  expect([...wholeTables].filter((table) => !small.has(table))).toEqual([]);
});
