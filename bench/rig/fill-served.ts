/** Lineages with real certificates, each with a key of its own, as an import leaves them. */
import { instant } from "@certmill/domain";
import { sql } from "kysely";
import { readImported } from "../../packages/server/src/effects/read-imported.ts";
import type { KeyRing } from "../../packages/server/src/keys/key-ring.ts";
import type { Db } from "../../packages/server/src/store/database.ts";
import { storeImported } from "../../packages/server/src/store/write/store-imported.ts";
import { QuickCa } from "../../tools/peers/quick-ca.ts";

/** Rows in one transaction. */
const chunk = 1_000;

/** The name of the n-th, from 0. */
export const servedName = (n: number): string => `n${n}.example.net`;

/** `count` lineages of the default edge group, one name each. */
export async function fillServed(
  db: Db,
  { keyRing, caId, count }: { readonly keyRing: KeyRing; readonly caId: string; readonly count: number },
): Promise<void> {
  const ca = new QuickCa();
  for (let from = 0; from < count; from += chunk) {
    const made = Array.from({ length: Math.min(chunk, count - from) }, (_, i) => {
      const issued = ca.issue(servedName(from + i));
      const outcome = readImported(issued, { keyRing, now: instant(Date.now()) });
      if (!outcome.ok) throw new Error(outcome.reason);
      return outcome.read;
    });
    const now = instant(Date.now());
    await db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ id: string; name: string }>`
        with lineages as (
          insert into lineage (ca_id, edge_group_id, names, key_type, state, wake_at, wanted_at, created_at)
          select ${caId}, (select id from edge_group where name = 'default'), array[name], 'p256', 'waiting', null, now(), now()
          from unnest(${made.map(({ names }) => names[0])}::text[]) as name
          returning id, names[1] as name
        ), domains as (
          insert into domain (name, lineage_id, created_at) select name, id, now() from lineages
        )
        select id, name from lineages`.execute(trx);
      const lineageOf = new Map(rows.map(({ id, name }) => [name, id]));
      const imported = made.map(({ names, certificate, key }) => ({
        lineageId: lineageOf.get(names[0] ?? "") ?? "",
        names,
        certificate,
        key,
        caId,
        foreignAccount: false,
        renewAt: certificate.notAfter,
      }));
      await storeImported(trx, imported, { areChecked: false, now });
    });
  }
}
