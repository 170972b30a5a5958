/** Each query that a docstring promises an index for uses it, on a fleet of some size and without hints. */
import { after, type Duration, days, type Instant, instant, seconds } from "@certmill/domain";
import { type CompiledQuery, sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readChallengeResponses } from "../../src/store/challenge-responses.ts";
import { claimChecks, nextCheckAt } from "../../src/store/claim-checks.ts";
import { claimIssuances } from "../../src/store/claim-issuances.ts";
import type { Db } from "../../src/store/database.ts";
import { commitAbandoned } from "../../src/store/decision/commit-abandoned.ts";
import { claimDueRecords, isStillWanted, nextRemovalAt } from "../../src/store/dns-records.ts";
import { findNamesInZones, findZone } from "../../src/store/dns-zones.ts";
import { tellExpiring } from "../../src/store/expiring.ts";
import { destroyEndedKeys, readKeysEnd } from "../../src/store/key-ends.ts";
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
import { interceptedDb } from "../intercepted-db.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type Fleet, lease, start, startFleet } from "./fleet.ts";

const size = 20_000;
const now = after(start, seconds(1));

let postgres: MigratedPostgres;
let fleet: Fleet;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
  fleet = await startFleet(postgres);
  await fill(fleet.db);
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

/**
 * `size` lineages with a certificate each that are renewed in a month, one in a hundred of them due now, served by 200 edge groups, and
 * as many issuances: all have ended but one in a hundred.
 */
async function fill(db: Db): Promise<void> {
  const all = sql.lit(size);
  const at = sql.lit(new Date(start).toISOString());
  const statements = [
    sql`insert into secret (kek_id, wrapped_key, ciphertext)
      select case when n % 1000 = 0 then 'old' else 'new' end, 'w', 'c' from generate_series(1, ${all}) n`,
    sql`insert into edge_group (name) select 'group' || n from generate_series(2, 200) n`,
    sql`insert into lineage (ca_id, edge_group_id, names, key_type, state, wake_at, wanted_at, created_at)
      select (select max(id) from ca), (select array_agg(id) from edge_group)[n % 200 + 1], array['n' || n || '.example.com'], 'p256', 'active',
        ${at}::timestamptz + case when n % 100 = 0 then interval '0' else interval '30 days' end, ${at}, ${at}
      from generate_series(1, ${all}) n`,
    sql`insert into domain (name, lineage_id, created_at) select names[1], id, ${at} from lineage`,
    sql`insert into issuance (lineage_id, ca_id, names, key_type, state_kind, state, trace, trace_owed, wake_at, started_at, ended_at)
      select id, ca_id, names, 'p256', 'planned', '{"kind":"planned"}', 'trace-' || id, id % 100 < 3, case when id % 100 = 1 then ${at}::timestamptz end,
        ${at}, case when id % 100 <> 1 then ${at}::timestamptz end from lineage`,
    sql`insert into certificate (lineage_id, issuance_id, ca_id, serial, issuer, names, not_before, not_after,
        fingerprint, chain_pem, key_secret_id, stored_at)
      select lineage_id, id, ca_id, to_hex(id), 'CN=Test', names, ${at}, ${at}, '00', 'chain', id, ${at} from issuance`,
    sql`update lineage set certificate_id = certificate.id, expires_at = ${at}::timestamptz + lineage.id % 90 * interval '1 day',
        failure_code = case when lineage.id % 500 = 3 then 'caa' end,
        served_certificate_id = case when lineage.id % 100 <> 0 then certificate.id end from certificate where certificate.lineage_id = lineage.id`,
    sql`insert into renewal (lineage_id, certificate_id, ca_id, ari_id, not_before, not_after, poll_at)
      select lineage_id, id, ca_id, 'key.' || id, ${at}, ${at}::timestamptz + interval '90 days',
        ${at}::timestamptz + id % 100 * interval '3 minutes' from certificate`,
    sql`insert into lineage_check (lineage_id, rank, checked_at, wake_at)
      select id, id % 2, ${at}, case when id % 10 = 0 then ${at}::timestamptz + id % 100 * interval '3 minutes' end
      from lineage`,
    sql`insert into vault_look (lineage_id, rank, wake_at)
      select id, id % 2, case when id % 10 = 0 then ${at}::timestamptz + id % 100 * interval '3 minutes' end
      from lineage`,
    sql`insert into right_records (lineage_id, records) select id, '[]' from lineage`,
    sql`insert into challenge_response (token, key_authorization, issuance_id, identifier, published_at)
      select 'token-' || id, 'token-' || id || '.t', id, names[1], ${at} from issuance`,
    sql`insert into dns_provider (name, kind, settings, wildcards_only, created_at)
      values ('exec', 'exec', '{}', false, ${at})`,
    sql`insert into dns_zone select 'n' || n || '.example.com', 1, false from generate_series(1, 5000) n`,
    sql`insert into dns_record (provider_id, zone, name, value, issuance_id, intended_at, remove_at)
      select 1, 'z', 'n' || id, 'v' || id, id, ${at}, case when id % 100 = 0 then ${at}::timestamptz end from issuance`,
    sql`insert into event (at, kind, lineage_id, issuance_id, edge_group_id)
      select ${at}, kind, lineage_id, issuance.id, case when kind = 'certificate.stored' then edge_group_id end
      from issuance join lineage on lineage.id = lineage_id, unnest(array['issuance.started', 'order.created', 'certificate.stored']) kind`,
    sql`insert into token (name, hash, scope, created_at)
      select 't' || n, sha256(n::text::bytea), 'admin', ${at} from generate_series(1, 5000) n`,
    sql`insert into edge (edge_group_id, name, last_seen_at) select 1, 'edge' || n, ${at} from generate_series(1, 4) n`,
    sql`insert into delivery (edge_id, lineage_id, certificate_id, received_at)
      select edge.id, lineage.id, lineage.certificate_id, ${at} from lineage, edge`,
    // In line: a tenth; of these one in ten is parked.
    sql`insert into lane (class) values ('interactive'), ('renewal')`,
    sql`insert into queue (lineage_id, lane_id, turn, queued_at, parked_until)
      select id, id % 2 + 1, id, ${at}, case when id % 10 = 5 then ${at}::timestamptz + interval '1 day' end
      from lineage where id % 10 = 5 or id % 10 = 6`,
    sql`insert into queue (lineage_id, lane_id, turn, queued_at)
      select id, id % 2 + 1, id, ${at} from lineage where id % 10 in (7, 8, 9)`,
    sql`insert into bucket (ca_id, limit_name, key, full_at)
      select 1, 'new-certificates-per-registered-domain', 'n' || n || '.example', 0 from generate_series(1, ${all}) n`,
    sql`insert into ledger_entry (ca_id, at, change) select 1, ${at}, '{"kind":"answered"}' from generate_series(1, 2000)`,
    sql`insert into spent_hour select 1, ${at}::timestamptz - n * interval '1 hour', 'renewal', '', 1 from generate_series(1, 2000) n`,
    sql`insert into tally (measure, hour, ca_id, class, code, bucket, count)
      select measure, ${at}::timestamptz - n * interval '1 hour', 1, class, '', bucket, 1
      from generate_series(-24, 700) n, unnest(array['time-to-certificate', 'step order', 'step challenge', 'step validation', 'step finalize', 'issued', 'in-time', 'failed']) measure,
        unnest(array['renewal', 'campaign']) class, generate_series(1, 5) bucket`,
    sql`insert into audit (at, via, who, action)
      select ${at}::timestamptz - n * interval '10 minutes', 'token', 'x', 'retryDomain' from generate_series(1, 5000) n`,
    // A mass replacement of half of them, which has begun.
    sql`insert into replacement (state, selection, reason, then_revoke, refuses_keys, created_by, created_at)
      values ('running', '{}', 'superseded', true, false, 'test', ${at})`,
    sql`insert into replacement_item (replacement_id, certificate_id, lineage_id, released_at)
      select 1, id, lineage_id, ${at} from certificate where id % 2 = 0`,
    sql`insert into key_end select id, ${at}, ${at}::timestamptz + id % 100 * interval '1 hour' from secret where id > 10`,
    sql`update expiry_watch set looked_until = ${at}`,
    sql`insert into webhook (url, secret_id, state, xact, event_id, wake_at, created_at)
      select 'https://h', 1, 'active', (select max(xact) from event), n, ${at}, ${at} from generate_series(1, 20) n`,
    sql`insert into webhook_held (webhook_id, lineage_id, xact, event_id, attempts, held_since, wake_at, answer)
      select webhook.id, lineage.id, '1', 1, 1, ${at}, ${at}::timestamptz + interval '1 day', '' from webhook, lineage
      where lineage.id <= 500`,
    // A sweep is done every ten minutes, and reads a good part of so small a table.
    sql`update planner set swept_at = ${at}`,
    sql`vacuum analyze`,
  ];
  for (const statement of statements) await statement.execute(db);
}

/** A plan's nodes that read a table whole, and the indexes that the others go by. */
interface Access {
  readonly indexes: Set<string>;
  readonly wholeTables: Set<string>;
}

interface PlanNode {
  readonly "Node Type": string;
  readonly "Index Name"?: string;
  readonly "Relation Name"?: string;
  readonly Plans?: readonly PlanNode[];
}

/** Runs `query`, and looks at the plan of each of its statements in a transaction that is given up. */
async function accessOf(query: (db: Db) => Promise<unknown>): Promise<Access> {
  const access: Access = { indexes: new Set(), wholeTables: new Set() };
  const look = (node: PlanNode): void => {
    const { "Index Name": index, "Relation Name": table, "Node Type": type } = node;
    if (index !== undefined) access.indexes.add(index);
    if (type === "Seq Scan" && table !== undefined) access.wholeTables.add(table);
    for (const child of node.Plans ?? []) look(child);
  };
  const db = interceptedDb(fleet.db, async (statement, run) => {
    if (/^\s*\(?(select|with|insert|update|delete)/i.test(statement.sql)) {
      const explained: CompiledQuery = { ...statement, sql: `explain (format json) ${statement.sql}` };
      const { rows } = await run<{ "QUERY PLAN": readonly { readonly Plan: PlanNode }[] }>(explained);
      for (const plan of rows[0]?.["QUERY PLAN"] ?? []) look(plan.Plan);
    }
    return run({ ...statement, sql: statement.sql.replace(/^commit$/, "rollback") });
  });
  await query(db);
  return access;
}

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
  const { indexes, wholeTables } = await accessOf(query);
  expect([...indexes]).toEqual(expect.arrayContaining(promised));
  expect([...wholeTables].filter((table) => !small.has(table))).toEqual([]);
});
