/**
 * A domain is changed in place: its names but the first, the CAs it may have, its profile, its challenge. What it has is
 * served until there is another.
 */
import { type ChallengeType, type DnsName, type Instant, sameNames } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import type { ByWhom } from "../by-whom.ts";
import { type Db, timestamp } from "../database.ts";
import { becomes } from "../life-sql.ts";
import type { LineageState } from "../schema/lineage.ts";
import { enough } from "./rejoin-names.ts";
import { cancelIssuance } from "./remove-lineage.ts";
import { retryTwin } from "./retry-lineage.ts";
import { takeLineageBack } from "./take-planned-back.ts";

/** A lineage that nobody else changes until the transaction ends. */
export interface HeldLineage {
  readonly id: string;
  /** All that it is to have, those that are left out among them. */
  readonly names: readonly [string, ...string[]];
  readonly state: LineageState;
  readonly hasCertificate: boolean;
  /** Whether a person wants nothing ordered, or its campaign's wave is still to come. */
  readonly rests: boolean;
  /** Whether a campaign has put several customers into its certificate. */
  readonly isPack: boolean;
  readonly tenant: string | null;
  readonly ca: string;
  readonly terms: ChangeableTerms;
}

export interface ChangeableTerms {
  readonly caId: string;
  /** The only CAs that may issue, the preferred one first; null: those of its tenant, or of the pool. */
  readonly caIds: readonly string[] | null;
  readonly profile: string | null;
  readonly challenge: ChallengeType | null;
}

/** What it is to be, all of it. */
export interface WantedChange {
  /** As domain's coverNames orders them, the same first. */
  readonly names: readonly [DnsName, ...DnsName[]] | HeldLineage["names"];
  readonly terms: ChangeableTerms;
  /** The names of the CAs in `terms.caIds`. */
  readonly cas: readonly string[];
  /** Whether names are checked before they are ordered. */
  readonly areChecked: boolean;
  readonly by: ByWhom;
  /** The span of the request, as a W3C traceparent; null: nobody told one. */
  readonly askedTrace: string | null;
  readonly now: Instant;
}

/**
 * In a transaction. The live issuance is taken before the lineage, as the worker's commits do.
 *
 * @returns null when there is none of that id.
 */
export async function holdLineage(trx: Db, lineageId: string): Promise<HeldLineage | null> {
  await sql`select 1 from issuance where lineage_id = ${lineageId} and ended_at is null for update`.execute(
    trx,
  );
  const { rows } = await sql<Omit<HeldLineage, "terms"> & ChangeableTerms>`
    select lineage.id, coalesce(all_names, names) as names, lineage.state,
      certificate_id is not null as "hasCertificate", paused_by is not null or held as rests,
      coalesce(campaign.pack_names > 1, false) as "isPack", tenant.name as tenant, ca.name as ca, lineage.ca_id as "caId",
      lineage.ca_ids as "caIds", lineage.profile, challenge
    from lineage join ca on ca.id = lineage.ca_id
      left join tenant on tenant.id = lineage.tenant_id left join campaign on campaign.id = lineage.campaign_id
    where lineage.id = ${lineageId} for no key update of lineage`.execute(trx);
  const [row] = rows;
  if (row === undefined) return null;
  const { caId, caIds, profile, challenge, ...lineage } = row;
  return { ...lineage, terms: { caId, caIds, profile, challenge } };
}

/**
 * In the transaction that has the lineage and, where it gets names, `holdNames`: they are free, or those of a domain that
 * was removed. Its twin has the new settings at once, and the new names with the certificate for them (twins.ts).
 *
 * @returns whether there was anything to change.
 */
export async function changeLineage(trx: Db, lineage: HeldLineage, wanted: WantedChange): Promise<boolean> {
  const { names, terms, now } = wanted;
  const renamed = !sameNames(lineage.names, names);
  const news = newsOf(lineage, wanted);
  if (Object.keys(news).length === 0) return false;
  await setTerms(trx, lineage, terms, now);
  const added = names.filter((name) => !lineage.names.includes(name));
  // The renewals of what is there go on without them until they are right.
  const waits = wanted.areChecked && lineage.state === "active" && !lineage.rests && added.length > 0;
  const resumes = (renamed || lineage.state !== "active") && !lineage.rests;
  if (resumes && !(waits && lineage.names.every((name) => (names as readonly string[]).includes(name))))
    await stopUnderway(trx, lineage.id, now);
  if (renamed) await rename(trx, lineage, wanted, { added, waits });
  if (resumes && !waits) await takeUp(trx, lineage, wanted, renamed);
  if (resumes && !renamed) await retryTwin(trx, lineage.id, now);
  await sql`
    insert into event (at, kind, lineage_id, detail)
    values (${timestamp(now)}, 'domain.changed', ${lineage.id}, ${JSON.stringify({ ...news, ...wanted.by })}::jsonb)`.execute(
    trx,
  );
  await sql`select pg_notify('certmill_work', ''), pg_notify('certmill_feed', '')`.execute(trx);
  return true;
}

/** What the event tells; empty: all is so already. */
function newsOf(
  lineage: HeldLineage,
  { names, terms, cas }: WantedChange,
): Readonly<Record<string, unknown>> {
  const added = names.filter((name) => !lineage.names.includes(name));
  const removed = lineage.names.filter((name) => !(names as readonly string[]).includes(name));
  const before = lineage.terms;
  const isElsewhere = String(terms.caIds) !== String(before.caIds);
  return {
    ...(added.length > 0 ? { added } : {}),
    ...(removed.length > 0 ? { removed } : {}),
    ...(isElsewhere ? { ca: terms.caIds === null ? null : cas.join(", ") } : {}),
    ...(terms.profile === before.profile ? {} : { profile: terms.profile }),
    ...(terms.challenge === before.challenge ? {} : { challenge: terms.challenge }),
  };
}

/** Of its twin, too. One that stands in line goes to that of the CAs it may have now. */
async function setTerms(
  trx: Db,
  { id }: HeldLineage,
  { caId, caIds, profile, challenge }: ChangeableTerms,
  now: Instant,
): Promise<void> {
  await sql`
    update lineage set ca_id = ${caId}, profile = ${profile}, challenge = ${challenge}, ca_ids = ${caIds === null ? null : [...caIds]}::bigint[],
      wake_at = case when exists (select 1 from queue where lineage_id = lineage.id) then ${timestamp(now)} else wake_at end
    where (id = ${id} or twin_of = ${id}) and state <> 'removed'`.execute(trx);
}

/** Ends what is under way, unless the CA was asked to sign it. */
async function stopUnderway(trx: Db, lineageId: string, now: Instant): Promise<void> {
  await takeLineageBack(trx, lineageId, now);
  await cancelIssuance(trx, lineageId, { which: "unfinalized", now });
  await sql`
    update lineage set ${becomes("order-taken-back", now)}
    where id = ${lineageId} and state = 'issuing' and not ${isUnderWay}`.execute(trx);
}

/** Of `lineage`. */
const isUnderWay: RawBuilder<boolean> = sql`exists (
  select 1 from issuance where issuance.lineage_id = lineage.id and ended_at is null)`;

async function rename(
  trx: Db,
  { id, hasCertificate }: HeldLineage,
  { names, now }: WantedChange,
  { added, waits }: { readonly added: readonly string[]; readonly waits: boolean },
): Promise<void> {
  const at = timestamp(now);
  const all = [...names];
  await sql`delete from domain where lineage_id = ${id} and name <> all(${all}::text[])`.execute(trx);
  await sql`
    insert into domain (name, lineage_id, created_at) select name, ${id}, ${at} from unnest(${[...added]}::text[]) as name
    on conflict (name) do update set lineage_id = excluded.lineage_id, created_at = excluded.created_at`.execute(
    trx,
  );
  if (waits) {
    await sql`
      update lineage set all_names = ${all}::text[], rejoin_at = ${at}, suspects = '{}',
        names = array(select name from unnest(${all}::text[]) with ordinality as of (name, place)
          where name = any(lineage.names) order by place)
      where id = ${id}`.execute(trx);
    await sql`
      insert into lineage_check (lineage_id, wake_at, rank, holds_order) values (${id}, ${at}, 0, true)
      on conflict (lineage_id) do update set wake_at = excluded.wake_at, rank = 0, holds_order = true, cleared = false,
        watched = false, failing = 0, failing_since = null, ordered_anyway_at = null`.execute(trx);
    return;
  }
  // What is there has not failed: one failure of a name that comes to it leaves that one out again.
  const suspects = hasCertificate ? Object.fromEntries(added.map((name) => [name, enough])) : {};
  await sql`
    update lineage set names = ${all}::text[], all_names = null, rejoin_at = null,
      suspects = ${JSON.stringify(suspects)}::jsonb, wanted_at = least(wanted_at, ${at})
    where id = ${id}`.execute(trx);
}

/**
 * As somebody's wish for another try does it (retry-lineage.ts). A first order is checked before, with its new names; what had
 * failed with the names before is forgotten then. While the CA is signing, the next follows when that has ended.
 */
async function takeUp(
  trx: Db,
  { id, hasCertificate }: HeldLineage,
  { askedTrace, now }: WantedChange,
  renamed: boolean,
): Promise<void> {
  const at = timestamp(now);
  const forgotten =
    renamed && !hasCertificate
      ? sql`, failures = 0, failure_code = null, failure_detail = null, failing_since = null`
      : sql``;
  await sql`
    update lineage set ${becomes("resumed", now)}, unmended_since = null, avoid_ca_ids = '{}',
      wanted_at = least(wanted_at, ${at}), asked_trace = ${askedTrace},
      wake_at = case when ${isUnderWay} then wake_at else ${at} end ${forgotten}
    where id = ${id}`.execute(trx);
  await sql`
    update lineage_check set cleared = false, holds_order = false, watched = false, wake_at = null, failing = 0,
      failing_since = null, ordered_anyway_at = null, away_since = null
    where lineage_id = ${id}`.execute(trx);
  // So that its names are looked for, and checked, before it stands there again.
  await sql`delete from vault_look where lineage_id = ${id}`.execute(trx);
  if (!hasCertificate) await sql`delete from queue where lineage_id = ${id}`.execute(trx);
}
