/** A domain that may have a few CAs, in an order of its own or of its tenant: which of them its orders go to. */
import { after, type DnsName, days, hours, type Instant } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { claimIssuances } from "../../src/store/claim-issuances.ts";
import { commitAbandoned } from "../../src/store/decision/commit-abandoned.ts";
import { commitIssued } from "../../src/store/decision/commit-issued.ts";
import { addLineages } from "../../src/store/write/add-lineages.ts";
import { setTenantCas } from "../../src/store/write/tenants.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import {
  certificateFor,
  claimDue,
  claimOne,
  type Fleet,
  insertTestCa,
  planAll,
  start,
  startFleet,
  storeKey,
} from "./fleet.ts";
import { usualTerms } from "./usual-terms.ts";

let postgres: MigratedPostgres;
let fleet: Fleet;
let first: string;
let second: string;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(() => postgres[Symbol.asyncDispose]());

beforeEach(async () => {
  fleet = await startFleet(postgres);
  first = await insertTestCa(fleet.db, { name: "first", makeDefault: false, weight: 0 });
  second = await insertTestCa(fleet.db, { name: "second", makeDefault: false, weight: 50 });
  return () => fleet[Symbol.asyncDispose]();
});

const add = (name: string, tenantId: string | null = null): Promise<void> =>
  addLineages(
    fleet.db,
    [{ names: [name as DnsName], tenantId }],
    { ...usualTerms(first), caIds: tenantId === null ? [first, second] : null },
    start,
  );
const slow = (ids: readonly string[], until: Instant) =>
  sql`update ca set slow_until = ${new Date(until)} where id = any(${[...ids]}::bigint[])`.execute(fleet.db);
/** Null: it waits. */
const whereGoes = async (name: string, now: Instant): Promise<string | null> =>
  (await claimDue(fleet, now)).find(({ names }) => names[0] === name)?.caId ?? null;

test("it is the first, whatever the weights say; the next only while that one is away, and no other", async () => {
  await add("one.example.com");
  expect(await whereGoes("one.example.com", start)).toBe(first);
  await slow([first], after(start, hours(1)));
  await add("two.example.com");
  expect(await whereGoes("two.example.com", start)).toBe(second);
  await slow([first, second], after(start, hours(1)));
  await add("three.example.com");
  expect(await whereGoes("three.example.com", start)).toBe(null);
  expect(await whereGoes("three.example.com", after(start, hours(1)))).toBe(first);
});

test("a tenant's order is that of its domains which name none", async () => {
  await setTenantCas(fleet.db, { name: "acme", caIds: [second, first] }, start);
  const { rows } = await sql<{ id: string }>`select id from tenant where name = 'acme'`.execute(fleet.db);
  const acme = rows[0]?.id ?? "";
  await add("one.example.com", acme);
  expect(await whereGoes("one.example.com", start)).toBe(second);
  await setTenantCas(fleet.db, { name: "acme", caIds: [first, second] }, start);
  await add("two.example.com", acme);
  expect(await whereGoes("two.example.com", start)).toBe(first);
  await slow([first], after(start, hours(1)));
  await add("three.example.com", acme);
  expect(await whereGoes("three.example.com", start)).toBe(second);
});

test("a renewal goes back to the first, where its certificate came from the next", async () => {
  await slow([first], after(start, hours(1)));
  await add("renews.example.com");
  const claim = await claimOne(fleet);
  expect(claim.caId).toBe(second);
  await storeKey(fleet.db, claim.id);
  await commitIssued(fleet.db, claim, {
    certificate: certificateFor(days(90)),
    events: [],
    ledger: [],
    now: start,
  });
  const later = after(start, days(70));
  await planAll(fleet.db, later);
  expect(
    (await claimIssuances(fleet.db, { limit: 9, lease: hours(1), now: later })).map(({ caId }) => caId),
  ).toEqual([first]);
});

test("names that the first refuses go to the next at once, and no further", async () => {
  await add("refused.example.com");
  const refuse = async () => {
    const claim = await claimOne(fleet);
    const failure = { cause: "name-rejected", detail: "no", retryAt: null } as const;
    await commitAbandoned(fleet.db, claim, { ...failure, events: [], ledger: [], now: start });
    return claim.caId;
  };
  expect([await refuse(), await refuse()]).toEqual([first, second]);
  expect(await whereGoes("refused.example.com", start)).toBe(null);
  const { rows } = await sql<{ state: string }>`select state from lineage`.execute(fleet.db);
  expect(rows).toEqual([{ state: "failed" }]);
});
