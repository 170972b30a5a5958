/** One of the ledger bench's processes: plans, claims, and settles what it claimed, until it is told to stop. */
import { after, type Duration, instant, type LedgerChange, minutes } from "@certmill/domain";
import { systemClock } from "../../packages/server/src/clock.ts";
import { type ClaimedIssuance, claimIssuances } from "../../packages/server/src/store/claim-issuances.ts";
import { type Db, openDatabase } from "../../packages/server/src/store/database.ts";
import { commitAbandoned } from "../../packages/server/src/store/decision/commit-abandoned.ts";
import { commitStep } from "../../packages/server/src/store/decision/commit-step.ts";
import { planRound } from "../../packages/server/src/store/planning/plan-round.ts";
import { isDue, readOwed } from "../../packages/server/src/store/what-is-owed.ts";
import { Bell } from "../../packages/server/src/work/bell.ts";

export interface PlannerOutcome {
  readonly connections: number;
  readonly orders: number;
  /** Rounds that were left to another process. */
  readonly elsewhere: number;
  /** Milliseconds of each planning transaction. */
  readonly plannings: readonly number[];
  /** Milliseconds from a lineage's being due to its order's being settled. */
  readonly delays: readonly number[];
}

const connections = 10;
const most = 50;
const lease: Duration = minutes(1);
const reference = { url: "https://ca.test/o", finalizeUrl: "https://ca.test/f", authorizationUrls: [] };

const url = process.argv[2];
if (url === undefined || process.send === undefined) throw new Error("It is forked by the ledger bench.");
const send = process.send.bind(process);
const outcome = { connections, orders: 0, elsewhere: 0, plannings: [] as number[], delays: [] as number[] };
const stop = new AbortController();
process.once("message", () => stop.abort());

await using database = await openDatabase({ kind: "postgresql", url, connections });
const bell = new Bell(systemClock);
await database.listen("certmill_work", () => bell.ring());
send("ready");
while (!stop.signal.aborted) {
  await round(database.db);
  await bell.wait(20, 50, stop.signal);
}
send(outcome satisfies PlannerOutcome);

async function round(db: Db): Promise<void> {
  const now = instant(Date.now());
  if (isDue((await readOwed(db, now)).planningAt, now)) {
    const began = performance.now();
    const { kind } = await planRound(db, { limit: most, now });
    if (kind === "elsewhere") outcome.elsewhere += 1;
    else outcome.plannings.push(performance.now() - began);
  }
  const claimed = await claimIssuances(db, { limit: most, lease, now });
  if (claimed.length > 0) bell.ring();
  await Promise.all(claimed.map((claim) => settle(db, claim)));
}

/** As the worker does for an order that is made and then fails: both commits carry entries for the ledger. */
async function settle(db: Db, claim: ClaimedIssuance): Promise<void> {
  const now = instant(Date.now());
  const state = {
    kind: "ordered",
    order: reference,
    since: now,
    wakeAt: after(now, lease),
    faults: 0,
  } as const;
  await commitStep(db, claim, {
    state,
    publish: [],
    records: [],
    key: null,
    events: [],
    ledger: [...changes("settled", "order", claim), { kind: "answered" }],
    now,
    lease,
  });
  await commitAbandoned(db, claim, {
    cause: "dns",
    detail: "",
    retryAt: null,
    events: [],
    ledger: changes("released", "issue", claim),
    now,
  });
  outcome.orders += 1;
  outcome.delays.push(Date.now() - claim.wantedAt);
}

function changes(
  kind: "settled" | "released",
  at: "order" | "issue",
  { spending }: ClaimedIssuance,
): LedgerChange[] {
  return spending.filter(({ spentAt }) => spentAt === at).map(({ limit, key }) => ({ kind, limit, key }));
}
