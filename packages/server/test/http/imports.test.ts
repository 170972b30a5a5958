/** Certificates that come from another program, over the API: which are taken, what becomes of them, what is told. */
import { generateKeyPairSync } from "node:crypto";
import type { CertificateImport, CertificateToImport, ImportedCertificate } from "@certmill/api";
import { type Client, operations } from "@certmill/api";
import { days } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type MadeCertificate, newKey, pkcs8, TestIssuer } from "../../../cli/test/support/foreign-files.ts";
import { rewindTo } from "../rewind.ts";
import { openTestApi, openTestApiOn, start, type TestApi } from "./open-test-api.ts";

const issuer = new TestIssuer(start);
const directory = "https://ca.test/dir";
let api: TestApi;
let admin: Client;

let rewind: () => Promise<void>;

beforeAll(async () => {
  api = await openTestApi();
  rewind = await rewindTo(api.db);
});

afterAll(() => api[Symbol.asyncDispose]());

beforeEach(async () => {
  await rewind();
  admin = await api.as("admin");
  await admin.call(operations.addCa, { body: { name: "main", directory, contact: [], termsAgreed: true } });
});

const asked = (made: MadeCertificate, more: Partial<CertificateToImport> = {}): CertificateToImport => ({
  path: "/etc/ssl/x.pem",
  chain: made.fullchain,
  key: made.keyPem,
  ...more,
});

const send = async (
  certificates: CertificateToImport[],
  terms: Omit<CertificateImport, "certificates"> = {},
): Promise<readonly ImportedCertificate[]> =>
  (await admin.call(operations.importCertificates, { body: { certificates, ...terms } })).results;

const outcomes = (results: readonly ImportedCertificate[]): (string | null)[] =>
  results.map(({ outcome, code }) => code ?? outcome);

const shop = { names: ["www.shop.example.org", "shop.example.org"] };

test("what is imported is served at once, under the name that it had, and is renewed in its time", async () => {
  const made = issuer.issue(shop);
  const edge = await api.as("edge", "default");
  const { cursor } = await edge.call(operations.edgeSnapshot, {});
  const [result] = await send([asked(made, { name: "shop.example.org" })], { tenant: "acme" });
  expect(result).toMatchObject({ domain: "shop.example.org", outcome: "imported", replaceable: false });
  const feed = await edge.call(operations.edgeFeed, { query: { after: cursor ?? "", wait: 0 } });
  const [change] = feed.changes;
  expect(change).toMatchObject({ kind: "put", names: ["shop.example.org", "www.shop.example.org"] });
  const [listed] = (await admin.call(operations.listCertificates, {})).items;
  expect(listed).toMatchObject({
    ca: null,
    tenant: "acme",
    current: true,
    renewal: { at: result?.renewsAt },
  });
  const exported = await admin.call(operations.exportCertificate, { params: { id: listed?.id ?? "" } });
  expect(exported.chainPem).toBe(made.fullchain);
  const domain = await admin.call(operations.showDomain, { params: { name: "www.shop.example.org" } });
  expect(domain).toMatchObject({ state: "active", keyType: "p256" });
  expect(domain.timeline.map(({ kind }) => kind)).toContain("certificate.imported");
});

test("addresses and names in one certificate", async () => {
  const made = issuer.issue({ names: ["ns.example.org", "198.41.0.4", "2001:503:ba3e::2:30"] });
  expect(await send([asked(made, { name: "198.41.0.4" })])).toMatchObject([
    { outcome: "imported", domain: "198.41.0.4" },
  ]);
  const shown = await admin.call(operations.showDomain, { params: { name: "2001:503:BA3E::2:30" } });
  expect(shown.names).toEqual(["198.41.0.4", "2001:503:ba3e::2:30", "ns.example.org"]);
});

test("the same again is known, an older one is outdated, a newer one is served", async () => {
  const made = issuer.issue(shop);
  expect(outcomes(await send([asked(made), asked(made)]))).toEqual(["imported", "known"]);
  expect(outcomes(await send([asked(made)]))).toEqual(["known"]);
  const [older, newer, newest] = [
    issuer.issue({ ...shop, from: -20 }),
    issuer.issue({ ...shop, from: -5 }),
    issuer.issue({ ...shop, from: -1 }),
  ];
  expect(outcomes(await send([older, newest, newer].map((each) => asked(each))))).toEqual([
    "outdated",
    "imported",
    "outdated",
  ]);
  expect((await admin.call(operations.listCertificates, {})).items.map(({ current }) => current)).toEqual([
    true,
    false,
  ]);
});

const rsaKey = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;

test("both of a pair are served, whichever is older and comes first, and renewed each in its time", async () => {
  const taking = { twins: true } as const;
  const edge = await api.as("edge", "default");
  const { cursor } = await edge.call(operations.edgeSnapshot, { query: taking });
  const [rsa, ecdsa] = [
    issuer.issue({ ...shop, from: -1, key: rsaKey }),
    issuer.issue({ ...shop, from: -9 }),
  ];
  const both = [asked(rsa, { name: "shop.example.org" }), asked(ecdsa)];
  const foreseen = await send(both, { dryRun: true });
  expect(foreseen).toMatchObject([
    { outcome: "imported", ofPair: true },
    { outcome: "imported", ofPair: false },
  ]);
  expect(await send(both)).toEqual(foreseen);
  const shown = await admin.call(operations.showDomain, { params: { name: "shop.example.org" } });
  expect(shown).toMatchObject({ keyType: "p256+rsa2048", state: "active", twin: { state: "active" } });
  const { changes } = await edge.call(operations.edgeFeed, { query: { after: cursor, ...taking } });
  const main = changes.find(({ twinOf }) => twinOf === null);
  expect(changes.filter(({ kind }) => kind === "put")).toHaveLength(2);
  expect(changes.map(({ twinOf, names }) => [twinOf, names])).toContainEqual([main?.lineageId, main?.names]);
  const { rows } = await sql<{ due: string; queued: string; checked: string }>`
    select (select count(*) from lineage where wake_at <= ${new Date(start + 60_000)}) as due,
      (select count(*) from queue) as queued,
      (select count(*) from lineage_check join lineage on lineage.id = lineage_id where twin_of is not null) as checked
    `.execute(api.db);
  expect(rows, "nothing is ordered for it, nor checked twice").toEqual([
    { due: "0", queued: "0", checked: "0" },
  ]);
  expect(outcomes(await send(both))).toEqual(["known", "known"]);
  const next = issuer.issue({ ...shop, from: -0.5, key: rsaKey });
  expect(await send([asked(next), asked(rsa)])).toMatchObject([
    { outcome: "imported", ofPair: true },
    { outcome: "known" },
  ]);
  const timeline = (await admin.call(operations.showDomain, { params: { name: "shop.example.org" } }))
    .timeline;
  expect(timeline.filter(({ kind, ofTwin }) => kind === "certificate.imported" && ofTwin)).toHaveLength(2);
});

test("one of two is taken where one key is wished for, the domain wants one, or its own key is an RSA one", async () => {
  const [rsa, ecdsa] = [
    issuer.issue({ ...shop, from: -1, key: rsaKey }),
    issuer.issue({ ...shop, from: -9 }),
  ];
  const both = [asked(rsa), asked(ecdsa)];
  expect(outcomes(await send(both, { keyType: "p256" }))).toEqual(["imported", "outdated"]);
  await sql`truncate lineage cascade`.execute(api.db);
  expect(outcomes(await send([asked(ecdsa)], { keyType: "p256" }))).toEqual(["imported"]);
  expect(outcomes(await send(both)), "the domain's own word").toEqual(["imported", "known"]);
  await sql`truncate lineage cascade`.execute(api.db);
  const older = issuer.issue({ ...shop, from: -20, key: rsaKey });
  await send([asked(older)]);
  expect(outcomes(await send(both)), "what is renewed with an RSA key").toEqual(["imported", "outdated"]);
  expect(await admin.call(operations.showDomain, { params: { name: "shop.example.org" } })).toMatchObject({
    keyType: "rsa2048",
    twin: null,
  });
});

test("a pair that comes to a domain that is here goes beside what it has, and is a pair from then on", async () => {
  await send([asked(issuer.issue({ ...shop, from: -20 }))]);
  const [rsa, ecdsa] = [
    issuer.issue({ ...shop, from: -3, key: rsaKey }),
    issuer.issue({ ...shop, from: -2 }),
  ];
  expect(await send([asked(rsa), asked(ecdsa)])).toMatchObject([
    { outcome: "imported", ofPair: true },
    { outcome: "imported", ofPair: false },
  ]);
  const shown = await admin.call(operations.showDomain, { params: { name: "shop.example.org" } });
  expect(shown).toMatchObject({ keyType: "p256+rsa2048", twin: { state: "active" } });
  const wider = issuer.issue({ names: [...shop.names, "new.example.org"], key: rsaKey });
  expect(outcomes(await send([asked(wider)])), "other names are no pair").toEqual(["domain-exists"]);
});

test("each that cannot be taken is told, and the others are", async () => {
  await send([asked(issuer.issue(shop))], { tenant: "acme" });
  const some = issuer.issue({ names: ["some.example.org"] });
  const results = await send(
    [
      asked(issuer.issue({ names: ["old.example.org"], until: -1 })),
      asked(issuer.issue({ names: ["early.example.org"], from: 1 })),
      asked(some, { key: pkcs8(newKey()) }),
      asked(some, { key: "hello" }),
      asked(some, { chain: some.chain + some.leaf }),
      asked(issuer.issue({ names: ["nas.lan"] })),
      asked(issuer.issue({ names: ["shop.example.org"] })),
      asked(issuer.issue({ ...shop, from: -1 })),
      asked(some),
    ],
    { tenant: "other" },
  );
  expect(outcomes(results)).toEqual([
    "expired",
    "not-yet-valid",
    "key-mismatch",
    "key-unusable",
    "chain-broken",
    "unknown-tld",
    "domain-exists",
    "domain-exists",
    "imported",
  ]);
  expect(results[6]?.reason).toBe(
    "shop.example.org is covered already, with other names, by the certificate of www.shop.example.org.",
  );
  expect(JSON.stringify(results)).not.toContain("PRIVATE KEY");
});

test("a dry run says the same, and changes nothing; it needs no CA", async () => {
  const batch = [asked(issuer.issue(shop)), asked(issuer.issue({ names: ["shop.example.org"] }))];
  const foreseen = await send(batch, { tenant: "acme", dryRun: true });
  expect(await send(batch, { dryRun: true, tenant: "acme" })).toEqual(foreseen);
  expect((await admin.call(operations.listDomains, {})).items).toEqual([]);
  await sql`delete from account`.execute(api.db);
  await sql`delete from ca`.execute(api.db);
  expect(await send(batch, { dryRun: true })).toEqual(foreseen);
  await expect(send(batch)).rejects.toThrow(/no CA yet/);
});

test("a domain that waits for its first certificate has it, and nothing is ordered for it", async () => {
  const { names } = shop;
  await admin.call(operations.addDomain, {
    body: { name: names[1] ?? "", aliases: [names[0] ?? ""], tenant: "acme" },
  });
  await sql`insert into lineage_check (lineage_id, wake_at, failing) select id, now(), 3 from lineage`.execute(
    api.db,
  );
  const [result] = await send([asked(issuer.issue(shop))]);
  expect(result?.outcome).toBe("imported");
  const { rows } = await sql`
    select state, lineage.wake_at, lineage_check.wake_at as check_at from lineage join lineage_check on lineage_id = id`.execute(
    api.db,
  );
  expect(rows).toEqual([{ state: "active", wake_at: Date.parse(result?.renewsAt ?? ""), check_at: null }]);
});

test("where names are checked, those of what is imported are, within a day", async () => {
  await using checking = await openTestApiOn(api.database, {
    check: async () => ({ findings: [], records: [] }),
  });
  const other = await checking.as("admin");
  const certificates = [asked(issuer.issue(shop))];
  await other.call(operations.importCertificates, { body: { certificates } });
  const { rows } = await sql<{ rank: number; wake_at: number }>`
    select rank, wake_at from lineage_check`.execute(api.db);
  expect(rows).toMatchObject([{ rank: 2 }]);
  expect(rows[0]?.wake_at).toBeGreaterThanOrEqual(start);
  expect(rows[0]?.wake_at).toBeLessThanOrEqual(start + days(1));
});

test("an order that is under way goes on", async () => {
  await admin.call(operations.addDomain, { body: { name: "shop.example.org" } });
  await sql`
    insert into issuance (lineage_id, ca_id, names, key_type, state_kind, state, wake_at, started_at)
    select id, ca_id, names, key_type, 'planned', '{"kind":"planned"}', now(), now() from lineage`.execute(
    api.db,
  );
  await send([asked(issuer.issue({ names: ["shop.example.org"] }))]);
  const { rows } = await sql`
    select lineage.state, lineage.wake_at, ended_at from lineage join issuance on lineage_id = lineage.id`.execute(
    api.db,
  );
  expect(rows).toEqual([{ state: "active", wake_at: null, ended_at: null }]);
});

test("a certificate of an account here is asked for at its CA, and its renewal may replace it", async () => {
  const ours = { directory, accountUrl: `${directory}/account/1` };
  const results = await send([
    asked(issuer.issue({ names: ["ours.example.org"] }), ours),
    asked(issuer.issue({ names: ["theirs.example.org"] }), {
      directory,
      accountUrl: `${directory}/account/2`,
    }),
    asked(issuer.issue({ names: ["elsewhere.example.org"] }), { directory: "https://other.test/dir" }),
  ]);
  expect(results.map(({ replaceable }) => replaceable)).toEqual([true, false, false]);
  const { rows } = await sql<{ foreign_account: boolean; has_ca: boolean; polled: boolean }>`
    select foreign_account, certificate.ca_id is not null as has_ca, poll_at is not null as polled
    from certificate join renewal on certificate_id = certificate.id order by certificate.id`.execute(api.db);
  expect(rows).toEqual([
    { foreign_account: false, has_ca: true, polled: true },
    { foreign_account: true, has_ca: true, polled: true },
    { foreign_account: true, has_ca: false, polled: false },
  ]);
});

test("an account that comes later is recognised with the second import", async () => {
  const made = asked(issuer.issue(shop), {
    directory: "https://late.test/dir",
    accountUrl: "https://late.test/dir/account/1",
  });
  await send([made]);
  await admin.call(operations.addCa, {
    body: {
      name: "late",
      directory: "https://late.test/dir",
      contact: [],
      termsAgreed: true,
      accountKey: "key",
    },
  });
  expect(outcomes(await send([made]))).toEqual(["known"]);
  const { rows } = await sql`
    select foreign_account, ca.name, poll_at is not null as polled from certificate join ca on ca.id = ca_id
    join renewal on certificate_id = certificate.id`.execute(api.db);
  expect(rows).toEqual([{ foreign_account: false, name: "late", polled: true }]);
  const again = {
    name: "late2",
    directory: "https://late.test/dir",
    contact: [],
    termsAgreed: true,
    accountKey: "key",
  };
  await expect(admin.call(operations.addCa, { body: again })).rejects.toThrow(
    /"late" has that account already/,
  );
});

test("what comes from a CA without weight stays there, so that its renewal can be the successor", async () => {
  await admin.call(operations.addCa, {
    body: { name: "old", directory: "https://old.test/dir", contact: [], termsAgreed: true },
  });
  const from = { directory: "https://old.test/dir", accountUrl: "https://old.test/dir/account/1" };
  await send([asked(issuer.issue(shop), from)]);
  await send([asked(issuer.issue({ names: ["moved.example.org"] }), from)], { ca: "main" });
  const { rows } = await sql`
    select lineage.names[1] as name, lineage.ca_ids = array[ca.id] as pinned, ca.name as ca from lineage join ca on ca.id = ca_id order by lineage.id`.execute(
    api.db,
  );
  expect(rows).toEqual([
    { name: "www.shop.example.org", pinned: true, ca: "old" },
    { name: "moved.example.org", pinned: true, ca: "main" },
  ]);
});

test("a fleet of one day is not renewed in one", async () => {
  const key = newKey();
  const fleet = Array.from({ length: 100 }, (_, n) =>
    asked(issuer.issue({ names: [`f${n}.example.org`], key })),
  );
  const days_ = (await send(fleet)).map(({ renewsAt }) => Math.floor(Date.parse(renewsAt ?? "") / days(1)));
  expect(new Set(days_).size).toBeGreaterThan(10);
});

test("a key that is refused is rejected, also in a dry run; the same names with another key are taken", async () => {
  const made = issuer.issue(shop);
  await send([asked(made)]);
  await sql`
    insert into refused_key (spki, reason, refused_at) select spki, 'keyCompromise', now() from certificate`.execute(
    api.db,
  );
  await sql`truncate lineage cascade`.execute(api.db);
  for (const dryRun of [true, false])
    expect(outcomes(await send([asked(made)], { dryRun }))).toEqual(["key-refused"]);
  expect(outcomes(await send([asked(issuer.issue(shop))]))).toEqual(["imported"]);
});
