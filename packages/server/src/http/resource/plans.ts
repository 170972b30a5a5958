import type { Operations } from "@certmill/api";
import { days, type Instant, instant, makePlan, type PlannedCa, planRequest } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { findBucket } from "../../store/read/budgets.ts";
import { type CaRow, listCas } from "../../store/read/cas.ts";
import { listOverrides } from "../../store/read/limits.ts";
import { readFleetLoad } from "../../store/read/plan-facts.ts";
import { limitSetOfRow, overrideOf } from "../limit-rules.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

/** An installation has a few CAs. */
const mostCas = 100;
const observedDays = 7;

export function makePlanHandler({ db, now }: Tools): Handler<Operations["makePlan"]> {
  return async ({ body }) => {
    const at = now();
    const rows = await listCas(db, { after: null, limit: mostCas });
    const cas = await Promise.all(rows.map((row) => plannedCa(db, row)));
    const load = await readFleetLoad(db, instant(at - days(observedDays)));
    const background = {
      newPerDay: load.newOrders / observedDays,
      renewalsPerDay: load.renewalsPerDay,
      // By renewal information, or for the same names.
      exemptShare: 1,
    };
    const request = planRequest(body, { now: at, cas, background });
    demandCas(request.cas, body);
    return { status: 200, body: makePlan(request) };
  };
}

async function plannedCa(db: Db, row: CaRow): Promise<PlannedCa> {
  const accountId = row.account_id ?? "";
  const bucket = await findBucket(db, { caId: row.id, limit: "new-orders-per-account", key: accountId });
  return {
    name: row.name,
    home: row.home_id,
    accountUrl: row.account_url,
    accountId,
    limitSet: limitSetOfRow(row),
    overrides: (await listOverrides(db, [row.id])).flatMap(overrideOf),
    weight: row.account_id === null ? 0 : row.weight,
    orders: { fullAt: bucket?.full_at ?? 0, reserved: bucket?.reserved ?? 0 },
    mostOrdersInFlight: row.max_orders_in_flight,
    outages: [],
  };
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
