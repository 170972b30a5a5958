import type { KeyType, NewPlan, Operations } from "@certmill/api";
import { days, type Instant, instant, makePlan, type PlannedCa, planRequest } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { readFleetLoad, readUsualPairing } from "../../store/read/plan-facts.ts";
import { readPlannedCas } from "../planned-cas.ts";
import type { CheckNames } from "../ports.ts";
import { usualKeyType } from "../present/key-type.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
  /** null: names are not checked. */
  readonly check: CheckNames | null;
}

const observedDays = 7;

export function makePlanHandler({ db, now, check }: Tools): Handler<Operations["makePlan"]> {
  return async ({ body }) => {
    const at = now();
    const cas = [...(await readPlannedCas(db)).values()];
    const load = await readFleetLoad(db, instant(at - days(observedDays)));
    const background = {
      newPerDay: load.newOrders / observedDays,
      renewalsPerDay: load.renewalsPerDay,
      // By renewal information, or for the same names.
      exemptShare: 1,
    };
    const keyType = await keysFor(db, body);
    const request = planRequest(body, { now: at, cas, background, keyType, checksFirst: check !== null });
    demandCas(request.cas, body);
    return { status: 200, body: makePlan(request) };
  };
}

/** As the plan has it, else as those whose the list would be. @throws {Refusal} `edge-group-missing` */
async function keysFor(db: Db, { keyType, tenant, edgeGroup = "default" }: NewPlan): Promise<KeyType> {
  const paired = await readUsualPairing(db, { tenant: tenant ?? null, edgeGroup });
  if (paired === null) throw new Refusal("edge-group-missing", `There is no edge group "${edgeGroup}".`);
  return keyType ?? usualKeyType(paired);
}

/** @throws {Refusal} when nobody would issue, or a limit is for a CA that is not there. */
function demandCas(
  cas: readonly PlannedCa[],
  { limits = [] }: { readonly limits?: readonly { readonly ca: string }[] },
) {
  const stray = limits.find(({ ca }) => !cas.some(({ name }) => name === ca));
  if (stray !== undefined) throw new Refusal("ca-missing", `There is no CA "${stray.ca}".`);
  if (cas.every(({ weight }) => weight <= 0))
    throw new Refusal("ca-missing", "There is no CA in the pool to plan with.");
}
