import type { Operations } from "@certmill/api";
import { type Instant, type LifePolicy, seconds } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { readKeysEnd } from "../../store/key/key-ends.ts";
import { listStillValid } from "../../store/read/still-valid.ts";
import { followTimeline } from "../../store/read/timeline.ts";
import type { Wakeups } from "../../store/wakeups.ts";
import { removeLineage } from "../../store/write/remove-lineage.ts";
import { requestLineage } from "../../store/write/request-revocations.ts";
import { retryLineage } from "../../store/write/retry-lineage.ts";
import { byWhom } from "../caller/caller.ts";
import { decodePosition, encodePosition, unknownCursor } from "../cursor.ts";
import { describeDomain } from "../present/describe-domain.ts";
import { instantText, instantTextOrNull } from "../present/instant-text.ts";
import { presentDomain, presentEvent } from "../present/present-domain.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";
import { longPoll } from "../shared/long-poll.ts";
import { wantedDomain } from "../wanted/wanted-domain.ts";

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
