/** What was found for a lineage that waits for its first certificate is judged anew, and strictly: nobody reads a report before it is served. */
import { generateKeyPairSync } from "node:crypto";
import { after, minutes } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type MadeCertificate, newKey, pkcs8, TestIssuer } from "../../../cli/test/support/foreign-files.ts";
import { readImported } from "../../src/effects/read-imported.ts";
import { type FoundOutcome, takeFound } from "../../src/http/import/take-found.ts";
import { newKeyLine, parseKeyRing } from "../../src/keys/key-ring.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { type ClaimedLook, claimLooks } from "../../src/store/vault-looks.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { rewindTo } from "../rewind.ts";
import { type Fleet, lease, start, startFleet } from "../store/fleet.ts";

const issuer = new TestIssuer(start);
const keyRing = parseKeyRing(newKeyLine(new Date(0)));
const place = "secret/certmill/shop.example.org";
const names = ["shop.example.org", "www.shop.example.org"] as const;
const rsaKey = () => generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;

let postgres: MigratedPostgres;
let fleet: Fleet;
let rewind: () => Promise<void>;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
  fleet = await startFleet(postgres);
  rewind = await rewindTo(fleet.db);
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});
beforeEach(() => rewind());

/** The look that is due. */
async function claimLook(now = start): Promise<ClaimedLook> {
  await planRound(fleet.db, { limit: 10, now, lookFirst: true });
  const [look, ...more] = await claimLooks(fleet.db, { limit: 10, lease, now });
  if (look === undefined || more.length > 0) throw new Error("Not exactly one look was due.");
  return look;
}

const take = (
  { lineageId, fence }: ClaimedLook,
  { fullchain: chainPem, keyPem }: Pick<MadeCertificate, "fullchain" | "keyPem">,
): Promise<FoundOutcome> =>
  takeFound(
    { lineageId, fence, place, chainPem, keyPem },
    {
      db: fleet.db,
      now: () => start,
      readImported: (pems) => readImported(pems, { keyRing, now: start }),
      areChecked: false,
    },
  );

const awaitsLook = async (): Promise<boolean> =>
  (await sql`select 1 from vault_look`.execute(fleet.db)).rows.length > 0;

const served = async (): Promise<readonly unknown[]> =>
  (
    await sql`
      select lineage.names, certificate.names as certified from lineage join certificate on certificate.id = certificate_id
      order by lineage.id`.execute(fleet.db)
  ).rows;

test("what is for the lineage's names, in any order, becomes its certificate", async () => {
  await fleet.add([[...names]]);
  const outcome = await take(await claimLook(), issuer.issue({ names: names.toReversed() }));
  expect(outcome).toMatchObject({ kind: "taken", renewAt: expect.any(Number) });
  expect(await served()).toEqual([{ names, certified: names.toReversed() }]);
  const { rows } = await sql`select kind, detail->>'from' as from from event`.execute(fleet.db);
  expect(rows).toContainEqual({ kind: "certificate.imported", from: place });
  expect(await awaitsLook()).toBe(false);
});

test.each([
  ["expired", issuer.issue({ names, from: -90, until: -1 })],
  ["not-yet-valid", issuer.issue({ names, from: 1 })],
  ["renewal-due", issuer.issue({ names, from: -80, until: 10 })],
  ["key-mismatch", { ...issuer.issue({ names }), keyPem: pkcs8(newKey()) }],
  ["key-unusable", { ...issuer.issue({ names }), keyPem: "" }],
  ["other-names", issuer.issue({ names: ["shop.example.org"] })],
  ["other-names", issuer.issue({ names: [...names, "bank.example.org"] })],
])("%s is refused, and nothing is served", async (code, made) => {
  await fleet.add([[...names]]);
  const look = await claimLook();
  // Another customer's, whom the certificate may name.
  await fleet.add([["bank.example.org"]]);
  expect(await take(look, made)).toMatchObject({ kind: "refused", code, place });
  expect(await served()).toEqual([]);
});

test("a key that is held for compromised is not taken, nor what is revoked here, nor what the domain had before", async () => {
  await fleet.add([[...names]]);
  const [compromised, revoked] = [issuer.issue({ names }), issuer.issue({ names })];
  const look = await claimLook();
  const certificateOf = ({ fullchain, keyPem }: MadeCertificate) => {
    const outcome = readImported({ chainPem: fullchain, keyPem }, { keyRing, now: start });
    if (!outcome.ok) throw new Error(outcome.reason);
    return outcome.read.certificate;
  };
  await sql`
    insert into refused_key (spki, reason, refused_at)
    values (${certificateOf(compromised).spki}, 'keyCompromise', now())`.execute(fleet.db);
  const { serial, fingerprint } = certificateOf(revoked);
  await sql`
    insert into certificate (lineage_id, ca_id, serial, issuer, names, not_before, not_after, fingerprint, chain_pem, stored_at, revoked_at)
    select id, ca_id, ${serial}, 'CN=Test', names, wanted_at, wanted_at, ${fingerprint}, 'chain', wanted_at, wanted_at
    from lineage`.execute(fleet.db);
  expect(await take(look, compromised)).toMatchObject({ kind: "refused", code: "key-refused" });
  expect(await take(look, revoked)).toMatchObject({ kind: "refused", code: "revoked" });
  await sql`update certificate set revoked_at = null`.execute(fleet.db);
  expect(await take(look, revoked)).toMatchObject({ kind: "refused", code: "known" });
  expect(await served()).toEqual([]);
});

test("of a pair each takes the one with its key, and no other", async () => {
  await fleet.add([[...names]]);
  await sql`update lineage set paired = true`.execute(fleet.db);
  const look = await claimLook();
  const rsa = issuer.issue({ names, key: rsaKey() });
  expect(await take(look, issuer.issue({ names }))).toMatchObject({ kind: "taken" });
  const twins = await claimLook();
  expect(twins.twinOf).toBe(look.lineageId);
  expect(await take(twins, issuer.issue({ names }))).toMatchObject({ kind: "refused", code: "key-type" });
  expect(await take(twins, rsa)).toMatchObject({ kind: "taken" });
  expect(await served()).toHaveLength(2);
});

test("a late worker takes nothing, nor does one whose domain was paused meanwhile", async () => {
  await fleet.add([[...names]]);
  const made = issuer.issue({ names });
  const late = await claimLook();
  const [next] = await claimLooks(fleet.db, { limit: 1, lease, now: after(start, minutes(2)) });
  if (next === undefined) throw new Error("Its lease did not end.");
  expect(await take(late, made)).toEqual({ kind: "stale" });
  await sql`update lineage set state = 'paused'`.execute(fleet.db);
  expect(await take(next, made)).toEqual({ kind: "stale" });
  expect(await served()).toEqual([]);
});
