import type { Operations, Tenant } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { findTenant, listTenants, type TenantRow } from "../../store/read/tenants.ts";
import { setTenantKeys } from "../../store/write/key-policies.ts";
import { ensureTenants } from "../../store/write/names.ts";
import { setTenantCas } from "../../store/write/tenants.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import { keyPolicyOf, presentKeyPolicy } from "../key-policy.ts";
import { instantText } from "../present/instant-text.ts";
import { isPair, usualKeyType } from "../present/key-type.ts";
import type { Handler } from "../routes.ts";
import { wantedCa } from "../wanted/wanted-ca.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

export function setTenantHandler({ db, now }: Tools): Handler<Operations["setTenant"]> {
  return async ({ params: { name }, body: { cas, keys, keysKeptDays, keyType } }) =>
    db.transaction().execute(async (trx) => {
      if (cas !== undefined)
        await setTenantCas(trx, { name, caIds: cas === null ? null : await idsOf(trx, cas) }, now());
      const tenantId = (await ensureTenants(trx, [name], now())).get(name);
      if (tenantId === undefined) throw new Error("A tenant vanished right after it was made.");
      await setTenantKeys(trx, tenantId, {
        ...(keys === undefined ? {} : { keys: keys === null ? null : keyPolicyOf(keys) }),
        ...(keysKeptDays === undefined ? {} : { keptDays: keysKeptDays }),
        ...(keyType === undefined ? {} : { paired: keyType === null ? null : isPair(keyType) }),
      });
      const row = await findTenant(trx, name);
      if (row === null) throw new Error("A tenant vanished right after it was set.");
      return { status: 200, body: present(row) };
    });
}

/** In the order of the names. */
async function idsOf(trx: Db, names: readonly string[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const name of names) ids.push((await wantedCa(trx, name)).id);
  return ids;
}

export function listTenantsHandler({ db }: Pick<Tools, "db">): Handler<Operations["listTenants"]> {
  return async ({ query: { after, limit = defaultLimit } }) => {
    const cursor = decodeCursor("tenants", 1, after)?.[0] ?? null;
    const rows = await listTenants(db, { after: cursor, limit: limit + 1 });
    return { status: 200, body: pageOf(rows, limit, present, ({ name }) => encodeCursor("tenants", [name])) };
  };
}

const present = ({ key_policy: policy, ...row }: TenantRow): Tenant => ({
  name: row.name,
  cas: row.cas,
  keys: policy === null ? null : presentKeyPolicy(policy, row.key_renewals),
  keysKeptDays: row.keys_kept_days,
  keyType: row.paired === null ? null : usualKeyType(row.paired),
  createdAt: instantText(row.created_at),
});
