/**
 * From "a lineage is due" to "an issuance is planned", in one transaction at a time for the whole installation: whoever
 * has the planner's row plans for all, and nobody waits for it. What the CAs' answers have told since is folded into the
 * ledger, what is due joins the line, and who is next gets an order with all its limits reserved.
 */
import {
  after,
  BucketBook,
  bucketsOfCas,
  type CaForPlanning,
  type Instant,
  instant,
  OrderPlanning,
  seconds,
  type WorkClass,
  workClasses,
} from "@certmill/domain";
import { type Db, timestamp } from "../database.ts";
import { loadBuckets, saveBuckets } from "./bucket-rows.ts";
import { enqueueDue } from "./enqueue-due.ts";
import { foldLedger, type LedgerNews } from "./fold-ledger.ts";
import { bucketsOfLine, type Lane, nextInLine } from "./next-in-line.ts";
import { openLanes } from "./open-lanes.ts";
import { placeLine } from "./place-line.ts";
import { noteProbes, type Pool, readPool } from "./read-pool.ts";
import { sweep } from "./sweep.ts";
import { type BeginTrace, type Plan, writePlan } from "./write-plan.ts";

export type PlanRound =
  /** Another process is planning. */
  | { readonly kind: "elsewhere" }
  | {
      readonly kind: "planned";
      readonly orders: number;
      readonly news: readonly LedgerNews[];
      /** Whether somebody waits for an order in flight to end. */
      readonly waitsForRoom: boolean;
    };

/** So often a process looks for room that another one's order has left. */
const roomEvery = seconds(1);

/**
 * @param request.limit orders at most.
 * @param request.lookFirst whether Vault is asked before a first order; absent: it is not.
 * @param request.checkFirst whether names are checked before their first order; absent: they are not.
 * @param request.beginTrace absent: nothing is traced.
 */
export async function planRound(
  db: Db,
  request: {
    readonly limit: number;
    readonly now: Instant;
    readonly lookFirst?: boolean;
    readonly checkFirst?: boolean;
    readonly beginTrace?: BeginTrace;
  },
): Promise<PlanRound> {
  const { limit, now, lookFirst = false, checkFirst = false, beginTrace = () => null } = request;
  return db.transaction().execute(async (trx) => {
    if (!(await becomePlanner(trx))) return { kind: "elsewhere" };
    const pool = await readPool(trx, now);
    const book = new BucketBook(pool.homes);
    const news = await foldLedger(trx, { book, pool, now });
    const moreDue = await enqueueDue(trx, { lookFirst, checkFirst, now });
    const { lanes, opensAt } = await openLanes(trx, now);
    const cas = pool.cas();
    await loadBuckets(trx, book, bucketsOfCas(cas));
    const planning = new OrderPlanning(cas, book, now);
    const wakes = [opensAt, pool.nextChangeAt].filter((at) => at !== null);
    const plan: Plan = { orders: [], parked: [], stranded: [], wakes, more: moreDue, waitsForRoom: false };
    for (const workClass of workClasses) {
      const ofClass = lanes.filter((lane) => lane.workClass === workClass);
      await planClass(trx, { workClass, lanes: ofClass, planning, book, cas, plan, limit, now, pool });
    }
    await saveBuckets(trx, book);
    await noteProbes(trx, { pool, planning, now });
    await writePlan(trx, plan, { lanes, beginTrace, now });
    await sweep(trx, now);
    await trx
      .updateTable("planner")
      .set({ wake_at: wakeOf(plan, now) })
      .execute();
    return { kind: "planned", orders: plan.orders.length, news, waitsForRoom: plan.waitsForRoom };
  });
}

async function becomePlanner(trx: Db): Promise<boolean> {
  const row = await trx.selectFrom("planner").select("singleton").forUpdate().skipLocked().executeTakeFirst();
  return row !== undefined;
}

interface ClassRound {
  readonly workClass: WorkClass;
  readonly lanes: readonly Lane[];
  readonly planning: OrderPlanning;
  readonly book: BucketBook;
  readonly cas: readonly CaForPlanning[];
  readonly plan: Plan;
  readonly limit: number;
  readonly now: Instant;
  readonly pool: Pool;
}

/** Looks at no more lineages than the CAs have an appetite for; a lane that has to wait makes room for the others. */
async function planClass(trx: Db, round: ClassRound): Promise<void> {
  const { workClass, planning, book, cas, plan, limit, now, pool } = round;
  let { lanes } = round;
  while (lanes.length > 0) {
    const room = limit - plan.orders.length;
    if (room <= 0) {
      plan.more = true;
      return;
    }
    const exempted = workClass === "renewal" || workClass === "emergency";
    const most = exempted ? room : Math.min(room, planning.appetite(workClass) + 1);
    const line = await nextInLine(trx, { lanes, except: decided(plan), limit: most, now });
    await loadBuckets(trx, book, bucketsOfLine(cas, line, now));
    const held = placeLine(line, { planning, plan, lanes, limitsChangeAt: pool.nextChangeAt, now });
    if (held.size === 0) {
      if (line.length === most) plan.more = true;
      return;
    }
    lanes = lanes.filter(({ id }) => !held.has(id));
  }
}

const decided = ({ orders, parked, stranded }: Plan): readonly string[] => [
  ...orders.map(({ candidate }) => candidate.lineageId),
  ...parked.map(({ lineageId }) => lineageId),
  ...stranded,
];

function wakeOf({ wakes, more, waitsForRoom }: Plan, now: Instant): Date | null {
  if (more) return timestamp(now);
  if (waitsForRoom) wakes.push(after(now, roomEvery));
  return wakes.length === 0 ? null : timestamp(instant(Math.min(...wakes)));
}
