/** CAs and our accounts there. */
import type { Instant, LimitSetName } from "@certmill/domain";
import { type Db, timestamp } from "./database.ts";
import { homeCaId } from "./home-ca.ts";
import { insertSecret, type Sealed } from "./secrets.ts";
import { defaultWeight, dropDefault } from "./write/cas.ts";
import { wakePlanner, wakeStranded } from "./write/wake-planner.ts";

/** What it takes to speak to a CA as our account. */
export interface AccountAccess {
  /** By which requests to the CA are paced: those of its other accounts come from the same addresses. */
  readonly homeCaId: string;
  readonly caName: string;
  readonly directoryUrl: string;
  readonly rootPem: string | null;
  readonly accountUrl: string;
  readonly key: Sealed;
}

/** null when there is no such CA, or no account at it. */
export async function readAccountAccess(db: Db, caId: string): Promise<AccountAccess | null> {
  const row = await db
    .selectFrom("ca")
    .innerJoin("account", "account.ca_id", "ca.id")
    .innerJoin("secret", "secret.id", "account.key_secret_id")
    .select([
      homeCaId.as("home_ca_id"),
      "ca.name",
      "ca.directory_url",
      "ca.root_pem",
      "account.url",
      "secret.kek_id",
      "secret.wrapped_key",
      "secret.ciphertext",
    ])
    .where("ca.id", "=", caId)
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    homeCaId: row.home_ca_id,
    caName: row.name,
    directoryUrl: row.directory_url,
    rootPem: row.root_pem,
    accountUrl: row.url,
    key: { kekId: row.kek_id, wrappedKey: row.wrapped_key, ciphertext: row.ciphertext },
  };
}

export interface NewCa {
  readonly name: string;
  readonly directoryUrl: string;
  readonly rootPem: string | null;
  readonly namePolicy: "public" | "private";
  readonly maxOrdersInFlight: number;
  /** Whether lineages that name no CA go there from now on; the first CA is the default in any case. */
  readonly makeDefault: boolean;
  /** null: 100 for the default CA, 0 for others. */
  readonly weight: number | null;
  readonly limitSet: LimitSetName;
  readonly caaIdentities: readonly string[];
  /** Certificate profiles that its directory offers. */
  readonly profiles: readonly string[];
  /** What its orders ask for; null: none. */
  readonly profile: string | null;
  readonly account: {
    readonly url: string;
    readonly key: Sealed;
    readonly thumbprint: string;
    readonly contact: readonly string[];
  };
}

/**
 * Stores a CA with our account there, in the caller's transaction.
 *
 * @returns the CA's id, or null when the name is taken; the transaction must then be given up.
 */
export async function insertCa(trx: Db, ca: NewCa, now: Instant): Promise<string | null> {
  const at = timestamp(now);
  await wakePlanner(trx, now);
  const first = await trx.selectFrom("ca").select("id").limit(1).executeTakeFirst();
  const isDefault = ca.makeDefault || first === undefined;
  if (isDefault) await dropDefault(trx);
  const row = await trx
    .insertInto("ca")
    .values({
      name: ca.name,
      directory_url: ca.directoryUrl,
      root_pem: ca.rootPem,
      name_policy: ca.namePolicy,
      max_orders_in_flight: ca.maxOrdersInFlight,
      is_default: isDefault,
      weight: ca.weight ?? (isDefault ? defaultWeight : 0),
      limit_set: ca.limitSet,
      caa_identities: [...ca.caaIdentities],
      profiles: [...ca.profiles],
      profile: ca.profile,
      created_at: at,
    })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returning("id")
    .executeTakeFirst();
  if (row === undefined) return null;
  await trx
    .insertInto("account")
    .values({
      ca_id: row.id,
      url: ca.account.url,
      key_secret_id: await insertSecret(trx, ca.account.key),
      thumbprint: ca.account.thumbprint,
      contact: [...ca.account.contact],
      created_at: at,
    })
    .execute();
  await wakeStranded(trx, now);
  return row.id;
}
