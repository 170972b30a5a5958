import type { Operations } from "@certmill/api";
import { after, afterCheck, evidenceOf, type Instant, seconds, toldOfCheck } from "@certmill/domain";
import { readLineageCheck } from "../../store/claim-checks.ts";
import { commitAskedCheck } from "../../store/commit-check.ts";
import type { Db } from "../../store/database.ts";
import type { CheckNames } from "../ports.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";
import { describeDomain, wantedDomain } from "./domains.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
  /** Null: names are not checked. */
  readonly check: CheckNames | null;
}

/** Who asks again and again gets what was just found. */
const freshFor = seconds(5);

export function checkDomainHandler({ db, now, check }: Tools): Handler<Operations["checkDomain"]> {
  return async ({ params, caller, signal }) => {
    if (check === null) throw new Refusal("checks-off", "This server checks no names.");
    const { name, lineage_id: lineageId, state } = await wantedDomain(db, params.name, caller);
    if (state === "removed") throw new Refusal("domain-removed", `${name} was removed.`);
    const before = await readLineageCheck(db, lineageId);
    const isFresh = before.checkedAt !== null && after(before.checkedAt, freshFor) > now();
    if (!isFresh) {
      const findings = await check(before.names, before.cas, signal);
      // Somebody is putting it right now: the schedule begins anew.
      const memory = { ...before.memory, failing: 0 };
      const decision = afterCheck(memory, evidenceOf(findings), now());
      const event = toldOfCheck({ failing: before.memory.failing, findings: before.findings }, findings);
      await commitAskedCheck(db, { lineageId, decision, findings, event, now: now() });
    }
    return { status: 200, body: await describeDomain(db, await wantedDomain(db, name, caller), now()) };
  };
}
