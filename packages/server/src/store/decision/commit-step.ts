/** The transaction of a decision by which an issuance goes on: state, wake-up, publications and events. */
import {
  after,
  type Duration,
  type Instant,
  type LedgerChange,
  type LiveState,
  type PendingChallenge,
} from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import type { Sealed } from "../secrets.ts";
import { intendRecords, type RecordToWrite } from "../unpublish.ts";
import { refuseKey } from "../write/refuse-key.ts";
import { type Claim, held, isAccepted } from "./claim.ts";
import { noteLedger } from "./note-ledger.ts";
import { type TimelineEvent, tellEvents } from "./tell-events.ts";

export interface KeyToStore {
  /** One that is stored already is used again. */
  readonly secret:
    | { readonly kind: "new"; readonly sealed: Sealed }
    | { readonly kind: "stored"; readonly id: string };
  readonly csr: Uint8Array;
}

/** A challenge with what the responder is to answer. */
export interface Publication extends PendingChallenge {
  readonly keyAuthorization: string;
  /** What the CA writes into SNI to have it shown by tls-alpn-01; null: it is answered over HTTP. */
  readonly serverName: string | null;
}

export interface LiveCommit {
  readonly state: LiveState;
  /** For the responder. */
  readonly publish: readonly Publication[];
  /** For the DNS. */
  readonly records: readonly RecordToWrite[];
  readonly key: KeyToStore | null;
  /** The fingerprint of a key that the CA holds for compromised; null: none. */
  readonly refusedKey?: string | null;
  readonly events: readonly TimelineEvent[];
  readonly ledger: readonly LedgerChange[];
  readonly now: Instant;
  /** The lease that goes on while the next effect runs; null gives the issuance back until its `wakeAt`. */
  readonly lease: Duration | null;
}

/**
 * Stores a step of an issuance that goes on. The key and the CSR, when there are any, are durable with it:
 * before finalize is sent.
 *
 * @returns false when the claim is no longer ours; nothing was stored.
 */
export async function commitStep(db: Db, claim: Claim, commit: LiveCommit): Promise<boolean> {
  const { state, key, refusedKey = null, publish, now, lease } = commit;
  const wakeAt = lease === null ? state.wakeAt : after(now, lease);
  const orderUrl = state.kind === "planned" ? null : state.order.url;
  const secret = secretRow(claim, key);
  const published =
    publish.length === 0
      ? sql`published as (select null as token, null as key_authorization where false)`
      : sql`published as (
          insert into challenge_response (token, key_authorization, issuance_id, identifier, published_at, server_name)
          select p.token, p.key_authorization, moved.id, p.identifier, ${timestamp(now)}, p.server_name
          from moved, jsonb_to_recordset(${publicationRows(publish)}::jsonb)
            as p (token text, key_authorization text, identifier text, server_name text)
          on conflict (token) do update set issuance_id = excluded.issuance_id, published_at = excluded.published_at
          returning token, key_authorization
        )`;
  const { rows } = await sql<{ accepted: boolean }>`
    with ${secret}, moved as (
      update issuance set state_kind = ${state.kind}, state = ${JSON.stringify(state)}::jsonb,
        order_url = ${orderUrl}, wake_at = ${timestamp(wakeAt)}
        ${key === null ? sql`` : sql`, key_secret_id = (select id from secret_row), csr = ${key.csr}`}
      where ${held(claim)} returning id, lineage_id
    ), ${published}, ${intendRecords(commit.records, now)}, ${noteLedger(claim, commit.ledger, now)}, ${tellEvents(commit.events)}
      ${refusedKey === null ? sql`` : sql`, ${refuseKey(sql`select ${refusedKey}::text, lineage_id from moved`, now)}`}
    select exists (select 1 from moved) as accepted,
      (select count(pg_notify('certmill_challenge', token || ' ' || key_authorization)) from published)`.execute(
    db,
  );
  return isAccepted(rows);
}

/** `secret_row (id)`: the key's; a new one is stored. */
function secretRow(claim: Claim, key: KeyToStore | null): RawBuilder<unknown> {
  if (key === null) return sql`secret_row as (select null::bigint as id)`;
  if (key.secret.kind === "stored") return sql`secret_row as (select ${key.secret.id}::bigint as id)`;
  const { kekId, wrappedKey, ciphertext } = key.secret.sealed;
  return sql`secret_row as (
    insert into secret (kek_id, wrapped_key, ciphertext)
    select ${kekId}, ${wrappedKey}, ${ciphertext}
    where exists (select 1 from issuance where ${held(claim)})
    returning id
  )`;
}

const publicationRows = (publish: readonly Publication[]): string =>
  JSON.stringify(
    publish.map(({ token, keyAuthorization, identifier, serverName }) => ({
      token,
      key_authorization: keyAuthorization,
      identifier,
      server_name: serverName,
    })),
  );
