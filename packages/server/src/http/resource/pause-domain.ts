import type { Domain, Operations } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { retryDeadlock } from "../../store/retry-deadlock.ts";
import { pauseHeld, resumeHeld } from "../../store/write/pause-lineage.ts";
import { byWhom } from "../caller/caller.ts";
import { describeDomain } from "../present/describe-domain.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";
import { wantedDomain } from "../wanted/wanted-domain.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

export function pauseDomainHandler({ db, now }: Tools): Handler<Operations["pauseDomain"]> {
  return async ({ params, caller }) => {
    const { name, lineage_id: lineageId } = await wantedDomain(db, params.name, caller);
    const pause = { lineageId, by: byWhom(caller), now: now() };
    const paused = await retryDeadlock(() => db.transaction().execute((trx) => pauseHeld(trx, pause)));
    if (paused === "removed") throw new Refusal("domain-removed", `${name} was removed.`);
    const domain = await describeDomain(db, await wantedDomain(db, name, caller), now());
    if (paused === "unchanged" && domain.state !== "paused") throw refused(domain, "paused");
    return { status: 200, body: domain };
  };
}

export function resumeDomainHandler({ db, now }: Tools): Handler<Operations["resumeDomain"]> {
  return async ({ params, caller }) => {
    const { name, lineage_id: lineageId } = await wantedDomain(db, params.name, caller);
    const resume = { lineageId, by: byWhom(caller), now: now() };
    const resumed = await db.transaction().execute((trx) => resumeHeld(trx, resume));
    if (resumed === "removed") throw new Refusal("domain-removed", `${name} was removed.`);
    const domain = await describeDomain(db, await wantedDomain(db, name, caller), now());
    if (resumed === "unchanged" && domain.state === "paused") throw refused(domain, "resumed");
    return { status: 200, body: domain };
  };
}

/** Somebody else's doing: its reason says whose, and what would change it. */
const refused = ({ name, state, reason }: Domain, wish: "paused" | "resumed"): Refusal =>
  new Refusal("domain-state", `${name} is ${state} and cannot be ${wish} here. ${reason}`);
