import {
  accountBucket,
  BucketBook,
  bucketsOfCas,
  type CaStatus,
  type Instant,
  tokensLeft,
} from "@certmill/domain";
import type { Db } from "../database.ts";
import { loadBuckets } from "../planning/bucket-rows.ts";
import { readPool } from "../planning/read-pool.ts";
import { listCas } from "./cas.ts";

/** How a CA with an account stands, as the planner sees it. */
export interface CaStanding {
  readonly name: string;
  readonly getsOrders: boolean;
  readonly ordersInFlight: number;
  /** Whole new orders that its limit lets begin now; null: no limit is known. */
  readonly ordersLeft: number | null;
  /** Of new orders; null: none is known. */
  readonly ordersLimit: { readonly burst: number; readonly perSecond: number } | null;
  /** What its status page said last; null: it has none that is read. */
  readonly statusPage: CaStatus | null;
}

/** More CAs than anybody has. */
const most = 1_000;

/** By name. A few statements, whatever the fleet is. */
export async function readCaStandings(db: Db, now: Instant): Promise<readonly CaStanding[]> {
  const pool = await readPool(db, now);
  const cas = pool.cas();
  const book = new BucketBook(pool.homes);
  await loadBuckets(db, book, bucketsOfCas(cas));
  const rows = await listCas(db, { after: null, limit: most });
  return rows.flatMap((row) => {
    const ca = cas.find(({ id }) => id === row.id);
    if (ca === undefined) return [];
    const bucket = accountBucket(ca);
    const limit = ca.limitFor(bucket);
    return [
      {
        name: row.name,
        getsOrders: ca.admission.kind === "all",
        ordersInFlight: ca.inFlight,
        ordersLeft:
          limit === null
            ? null
            : Math.max(0, Math.floor(tokensLeft(limit, book.get(ca.id, bucket).bucket, now))),
        ordersLimit:
          limit === null ? null : { burst: limit.burst, perSecond: (limit.count * 1_000) / limit.period },
        statusPage: row.status_read_at === null ? null : row.status_hint,
      },
    ];
  });
}
