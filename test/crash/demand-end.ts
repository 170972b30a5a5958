import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { SimCa } from "@certmill/sim";
import { sql } from "kysely";
import { expect } from "vitest";
import { keyPem } from "../../packages/server/src/keys/certificate-key.ts";
import { open } from "../../packages/server/src/keys/envelope.ts";
import type { KeyRing } from "../../packages/server/src/keys/key-ring.ts";
import type { Db } from "../../packages/server/src/store/database.ts";
import { readSecret } from "../../packages/server/src/store/secrets.ts";
import { wanted } from "./wanted.ts";

/** The one end there may be, however it was come to. */
export async function demandEnd(db: Db, { ca, keyRing }: { ca: SimCa; keyRing: KeyRing }): Promise<void> {
  const { rows: ended } = await sql`
    select state, failures, names, certificate_id is not null as covered, wake_at is not null as renewed,
      (select count(*)::int from certificate where lineage_id = lineage.id) as certificates,
      (select count(*)::int from issuance where lineage_id = lineage.id and ended_at is null) as live,
      (select count(*)::int from event where lineage_id = lineage.id and kind = 'certificate.stored') as told,
      (select count(*)::int from event where issuance_id in
        (select issuance_id from certificate where lineage_id = lineage.id) and kind = 'finalized') as finalized
    from lineage order by id`.execute(db);
  expect(ended).toEqual(
    wanted.map((names) => ({
      state: "active",
      failures: 0,
      names: [...names],
      covered: true,
      renewed: true,
      certificates: 1,
      live: 0,
      told: 1,
      finalized: 1,
    })),
  );
  const { rows: left } = await sql`select token from challenge_response`.execute(db);
  expect(left, "challenges still published").toEqual([]);

  const { issued, repeatedChallenges, ordersByStatus } = ca.counts();
  expect(repeatedChallenges, "challenges posted again while they were being validated").toBe(0);
  const posted = ca.requests().filter(({ resource }) => resource === "challenge");
  expect(new Set(posted.map(({ path }) => path)).size, "challenges posted once").toBe(posted.length);
  expect(issued, "certificates signed").toBe(wanted.length);
  expect(ordersByStatus, "the CA's orders").toMatchObject({
    pending: 0,
    ready: 0,
    processing: 0,
    valid: wanted.length,
  });

  const certificates = await db.selectFrom("certificate").selectAll().execute();
  for (const { chain_pem: chain, key_secret_id: secret, names } of certificates) {
    assert(secret !== null);
    const leaf = new X509Certificate(chain);
    const key = createPrivateKey(keyPem(open(keyRing, await readSecret(db, secret))));
    expect(leaf.checkPrivateKey(key), `${names[0]}: the stored key is the leaf's`).toBe(true);
  }
}
