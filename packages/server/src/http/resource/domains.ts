import type { Domain, Operations } from "@certmill/api";
import { type Instant, type LifePolicy, normaliseName, seconds } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { readKeysEnd } from "../../store/key/key-ends.ts";
import { type DomainRow, findDomain, listDeliveries } from "../../store/read/domains.ts";
import { listStillValid } from "../../store/read/still-valid.ts";
import { followTimeline, readTimeline } from "../../store/read/timeline.ts";
import { findTwin } from "../../store/read/twin.ts";
import type { Wakeups } from "../../store/wakeups.ts";
import { removeLineage } from "../../store/write/remove-lineage.ts";
import { requestLineage } from "../../store/write/request-revocations.ts";
import { retryLineage } from "../../store/write/retry-lineage.ts";
import { byWhom, type Caller, tenantIdOf } from "../caller/caller.ts";
import { decodePosition, encodePosition } from "../cursor.ts";
import { delegationsOf } from "../present/delegations.ts";
import { expectedTurn } from "../present/expected-turn.ts";
import { instantText, instantTextOrNull } from "../present/instant-text.ts";
import { presentCheck } from "../present/present-check.ts";
import { presentDomain, presentEvent, presentTwin } from "../present/present-domain.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";
import { longPoll } from "../shared/long-poll.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

export function showDomainHandler({ db, now }: Tools): Handler<Operations["showDomain"]> {
  return async ({ params, caller }) => ({
    status: 200,
    body: await describeDomain(db, await wantedDomain(db, params.name, caller), now()),
  });
}

export function retryDomainHandler({ db, now }: Tools): Handler<Operations["retryDomain"]> {
  return async ({ params, caller, askedTrace }) => {
    const { name, lineage_id: lineageId } = await wantedDomain(db, params.name, caller);
    const isThere = await retryLineage(db, { lineageId, by: byWhom(caller), askedTrace, now: now() });
    if (!isThere) throw new Refusal("domain-removed", `${name} was removed.`);
    return { status: 200, body: await describeDomain(db, await wantedDomain(db, name, caller), now()) };
  };
}

export function removeDomainHandler({
  db,
  now,
  life,
}: Tools & { readonly life: LifePolicy }): Handler<Operations["removeDomain"]> {
  return async ({ params, query, caller }) => {
    const { name, lineage_id } = await wantedDomain(db, params.name, caller);
    // First: they wait for the removal, and it is not forgotten where that is cut off.
    if (query.revoke === true)
      await requestLineage(db, lineage_id, {
        reason: "cessationOfOperation",
        when: "served",
        who: caller.who,
        now: now(),
      });
    await removeLineage(db, lineage_id, now());
    const domain = await describeDomain(db, await wantedDomain(db, name, caller), now());
    const staysValid = (await listStillValid(db, lineage_id, now())).map(({ id, ca, serial, not_after }) => ({
      certificateId: id,
      ca,
      serial,
      notAfter: instantText(not_after),
    }));
    const { destroyedAt, isShared } = await readKeysEnd(db, lineage_id, life.keysKept);
    return {
      status: 200,
      body: { ...domain, staysValid, keysDestroyedAt: instantTextOrNull(destroyedAt), sharesKeys: isShared },
    };
  };
}

const mostEvents = 1_000;

export function followDomainHandler({
  db,
  now,
  wakeups,
}: Tools & { readonly wakeups: Wakeups }): Handler<Operations["followDomain"]> {
  return async ({ params, query, caller, signal }) => {
    const { name, lineage_id: lineageId } = await wantedDomain(db, params.name, caller);
    const after = decodePosition("timeline", query.after);
    const part = await longPoll(
      {
        wakeups,
        now,
        awaited: { channel: "certmill_feed", about: null },
        wait: seconds(query.wait ?? 0),
        pace: seconds(1),
        signal,
      },
      () => followTimeline(db, { lineageId, after, limit: mostEvents }),
      (seen) => seen.kind !== "events" || seen.events.length > 0,
    );
    if (part.kind === "unknown-position") throw unknownCursor();
    return {
      status: 200,
      body: {
        domain: presentDomain(await wantedDomain(db, name, caller)),
        events: part.events.map(presentEvent),
        cursor: encodePosition("timeline", part.end),
      },
    };
  };
}

export const unknownCursor = (): Refusal =>
  new Refusal(
    "cursor-unknown",
    "The cursor is of another installation, or of a state that a backup has undone.",
  );

/** @throws {Refusal} `not-found`, also for another tenant's domain: a tenant learns nothing of others. */
export async function wantedDomain(db: Db, text: string, caller: Caller): Promise<DomainRow> {
  const normalised = normaliseName(text, "private");
  const row = normalised.ok ? await findDomain(db, normalised.name, tenantIdOf(caller)) : null;
  if (row === null) throw new Refusal("not-found", `There is no domain ${text}.`);
  return row;
}

const shownEvents = 200;

/** A domain with its deliveries and timeline. */
export async function describeDomain(db: Db, row: DomainRow, now: Instant): Promise<Domain> {
  const deliveries = await listDeliveries(db, row.lineage_id);
  const timeline = await readTimeline(db, row.lineage_id, shownEvents);
  return {
    ...presentDomain(row),
    expectedAt: instantTextOrNull(await expectedTurn(db, row, now)),
    delegations: await delegationsOf(db, row),
    check: presentCheck(row),
    twin: presentTwin(await findTwin(db, row.lineage_id)),
    deliveries: deliveries.map(({ edge, certificate_id, received_at, error }) => ({
      edge,
      certificateId: certificate_id,
      receivedAt: instantText(received_at),
      error,
    })),
    timeline: timeline.map(presentEvent),
  };
}
