import type { Operations } from "@certmill/api";
import { after, type Instant, type LifePolicy, seconds } from "@certmill/domain";
import { readLineageCheck } from "../../store/check/claim-checks.ts";
import { commitCheck } from "../../store/check/commit-check.ts";
import type { Db } from "../../store/database.ts";
import type { CheckNames } from "../ports.ts";
import { describeDomain } from "../present/describe-domain.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";
import { wantedDomain } from "../wanted/wanted-domain.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
  /** Null: names are not checked. */
  readonly check: CheckNames | null;
  readonly life: LifePolicy;
}

/** Who asks again and again gets what was just found. */
const freshFor = seconds(5);

export function checkDomainHandler({ db, now, check, life }: Tools): Handler<Operations["checkDomain"]> {
  return async ({ params, caller, signal }) => {
    if (check === null) throw new Refusal("checks-off", "This server checks no names.");
    const { name, lineage_id: lineageId, state } = await wantedDomain(db, params.name, caller);
    if (state === "removed") throw new Refusal("domain-removed", `${name} was removed.`);
    const before = await readLineageCheck(db, lineageId);
    const isFresh = before.checkedAt !== null && after(before.checkedAt, freshFor) > now();
    if (!isFresh) {
      const checked = await check(before, before.cas, signal);
      await commitCheck(db, { lineageId, fence: null, ...checked, life, now: now() });
    }
    return { status: 200, body: await describeDomain(db, await wantedDomain(db, name, caller), now()) };
  };
}
