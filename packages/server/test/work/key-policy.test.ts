/** Which key a certificate is for, against a CA over the network, with a clock that runs fast. */
import { X509Certificate } from "node:crypto";
import { AcmeClient, generateAccountKey, undiciTransport } from "@certmill/acme";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../../tools/peers/until.ts";
import { importKey } from "../../src/keys/certificate-key.ts";
import { open } from "../../src/keys/envelope.ts";
import { findReplacement } from "../../src/store/read/replacements.ts";
import { setEdgeGroup, setTenantKeys } from "../../src/store/write/key-policies.ts";
import { ensureTenants } from "../../src/store/write/names.ts";
import { insertReplacement, startReplacement } from "../../src/store/write/replacements.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type IssuingServer, keyRing, startIssuingServer } from "./issuing-server.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const keysOf = async ({ db }: IssuingServer, name: string): Promise<readonly string[]> =>
  (
    await sql<{ spki: string }>`
      select spki from certificate where names[1] = ${name} order by id`.execute(db)
  ).rows.map(({ spki }) => spki);

async function renew(server: IssuingServer, name: string): Promise<void> {
  const renewed = server.heard("certificate.stored", name);
  await sql`update lineage set wake_at = ${new Date(server.clock.now())} where names[1] = ${name}`.execute(
    server.db,
  );
  await renewed;
}

test("a key is new each time, kept for so many renewals, or shared; a tenant's word goes before its edge group's", async () => {
  await using server = await startIssuingServer(postgres, {});
  const { db } = server;
  await server.enrol("a.example");
  await renew(server, "a.example");
  expect(new Set(await keysOf(server, "a.example")).size).toBe(2);

  await setEdgeGroup(db, "default", { keys: { policy: "keep", renewals: 2 } });
  for (let n = 0; n < 3; n += 1) await renew(server, "a.example");
  const [, second, ...kept] = await keysOf(server, "a.example");
  expect(kept.map((key) => key === second)).toEqual([true, true, false]);

  await setEdgeGroup(db, "default", { keys: { policy: "shared", renewals: null } });
  await Promise.all(["b.example", "c.example", "d.example"].map((name) => server.enrol(name)));
  const shared = await Promise.all(
    ["b.example", "c.example", "d.example"].map((name) => keysOf(server, name)),
  );
  expect(new Set(shared.flat()).size).toBe(1);
  const { rows: secrets } = await sql`
    select distinct key_secret_id from certificate where spki = ${shared[0]?.[0]}`.execute(db);
  expect(secrets).toHaveLength(1);

  const tenantId = (await ensureTenants(db, ["acme"], server.clock.now())).get("acme") ?? "";
  await setTenantKeys(db, tenantId, { keys: { policy: "new", renewals: null } });
  await sql`update lineage set tenant_id = ${tenantId} where names[1] = 'b.example'`.execute(db);
  await renew(server, "b.example");
  expect(new Set(await keysOf(server, "b.example")).size).toBe(2);

  await sql`update lineage set key_type = 'rsa2048' where names[1] = 'c.example'`.execute(db);
  await renew(server, "c.example");
  expect(new Set(await keysOf(server, "c.example")).size).toBe(2);
});

/** The key of the certificate that is held, as the server has it. */
async function heldKey({ db }: IssuingServer, name: string) {
  const { rows } = await sql<{ chain_pem: string; kek_id: string; wrapped_key: Buffer; ciphertext: Buffer }>`
    select chain_pem, kek_id, wrapped_key, ciphertext from lineage
      join certificate on certificate.id = certificate_id join secret on secret.id = key_secret_id
    where lineage.names[1] = ${name}`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error(`${name} has no certificate.`);
  const sealed = { kekId: row.kek_id, wrappedKey: row.wrapped_key, ciphertext: row.ciphertext };
  return {
    certificate: new X509Certificate(row.chain_pem).raw,
    certificateKey: importKey(open(keyRing, sealed)),
  };
}

test("a CA that was shown that a key is compromised does not take it again: it is replaced in all its certificates, once", async () => {
  await using server = await startIssuingServer(postgres, {});
  const { db } = server;
  await setEdgeGroup(db, "default", { keys: { policy: "shared", renewals: null } });
  const names = ["a.example", "b.example", "c.example", "d.example"];
  for (const name of names) await server.enrol(name);
  const [bad = ""] = await keysOf(server, "a.example");
  // Somebody has found the key, and tells the CA with it.
  const anybody = new AcmeClient({
    directoryUrl: server.ca.directoryUrl,
    key: generateAccountKey(),
    transport: undiciTransport({ timeout: 10_000 }),
    now: Date.now,
  });
  await anybody.revoke({ ...(await heldKey(server, "d.example")), reason: "keyCompromise" });
  // Two learn of it at once.
  await Promise.all([renew(server, "a.example"), renew(server, "b.example")]);
  await until({
    what: "the end of the replacement",
    probe: async () => {
      const rows = await db.selectFrom("replacement").select("state").execute();
      return rows.length > 0 && rows.every(({ state }) => state === "done");
    },
    within: 60_000,
  });
  expect(await db.selectFrom("replacement").select(["reason", "then_revoke", "size"]).execute()).toEqual([
    { reason: "keyCompromise", then_revoke: false, size: expect.any(Number) },
  ]);
  for (const name of names) expect((await keysOf(server, name)).at(-1)).not.toBe(bad);
  const told = await db.selectFrom("event").select("detail").where("kind", "=", "key.refused").execute();
  expect(told).toEqual([{ detail: { key: bad, replacement: "1" } }]);
  const failed = db.selectFrom("event").select("id").where("kind", "=", "issuance.failed");
  expect(await failed.execute()).toEqual([]);
  // The next shared one is for all again.
  await Promise.all([renew(server, "c.example"), renew(server, "d.example")]);
  const [c, d] = await Promise.all(["c.example", "d.example"].map((name) => keysOf(server, name)));
  expect(c?.at(-1)).toBe(d?.at(-1));
});

test("a shared key that is compromised is replaced in all its certificates by one that is new, and never used again", async () => {
  await using server = await startIssuingServer(postgres, {});
  const { db, clock } = server;
  await setEdgeGroup(db, "default", { keys: { policy: "shared", renewals: null } });
  const names = ["a.example", "b.example", "c.example"];
  for (const name of names) await server.enrol(name);
  const [bad = ""] = await keysOf(server, "a.example");
  const wanted = {
    selection: { key: bad },
    reason: "keyCompromise",
    thenRevoke: true,
    who: "test",
  } as const;
  const id = await insertReplacement(db, wanted, clock.now());
  const plan = { certificates: 3, perDay: 1, shares: [], finishesAt: null };
  await db.transaction().execute((trx) => startReplacement(trx, { id, plan, now: clock.now() }));
  await until({
    what: "the end of the replacement",
    probe: async () => (await findReplacement(db, id))?.state === "done",
    within: 60_000,
  });
  const after = await Promise.all(names.map((name) => keysOf(server, name)));
  expect(after.map((keys) => keys.length)).toEqual([2, 2, 2]);
  const newer = new Set(after.map((keys) => keys[1]));
  expect(newer.size).toBe(1);
  expect(newer.has(bad)).toBe(false);
  await until({
    what: "the revocations",
    probe: async () =>
      (await db.selectFrom("certificate").select("id").where("revoked_at", "is not", null).execute())
        .length === 3,
    within: 60_000,
  });
  await renew(server, "a.example");
  expect((await keysOf(server, "a.example"))[2]).toBe([...newer][0]);
});
