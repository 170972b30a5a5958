import type { PlannedCa } from "@certmill/domain";
import type { Db } from "../store/database.ts";
import { findBucket } from "../store/read/budgets.ts";
import { type CaRow, listCas } from "../store/read/cas.ts";
import { listOverrides } from "../store/read/limits.ts";
import { limitSetOfRow, overrideOf } from "./present/limit-rules.ts";

/** An installation has a few CAs. */
const mostCas = 100;

/** The CAs as plans see them, with what is left of their new orders, by id. */
export async function readPlannedCas(db: Db): Promise<ReadonlyMap<string, PlannedCa>> {
  const rows = await listCas(db, { after: null, limit: mostCas });
  return new Map(await Promise.all(rows.map(async (row) => [row.id, await plannedCa(db, row)] as const)));
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
