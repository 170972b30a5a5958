/** What the processes do for a campaign, on the clock of a test and without a CA. */
import { after, days, type FailureCode, type Instant, instant, minutes } from "@certmill/domain";
import { sql } from "kysely";
import { type ClaimedIssuance, claimIssuances } from "../../src/store/claim-issuances.ts";
import { commitAbandoned } from "../../src/store/decision/commit-abandoned.ts";
import { commitIssued } from "../../src/store/decision/commit-issued.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { readOwed } from "../../src/store/what-is-owed.ts";
import { feedCampaigns } from "../../src/work/feed-campaigns.ts";
import { certificateFor, storeKey } from "../store/fleet.ts";
import type { OwnTestApi } from "./open-own-test-api.ts";
import { start } from "./open-test-api.ts";

export const nowOf = ({ clock }: OwnTestApi): Instant => instant(start + clock.ahead);

/** Lets the clock run on and feeds what comes due, by any process's connection. */
export async function feedFor(api: OwnTestApi, span: number, db = api.db): Promise<void> {
  const end = api.clock.ahead + span;
  while (api.clock.ahead <= end) {
    await feedCampaigns(db, nowOf(api));
    const { campaignAt: next } = await readOwed(db, instant(0));
    if (next === null || next > start + end) break;
    api.clock.ahead = Math.max(next - start, api.clock.ahead + 1);
  }
  api.clock.ahead = end;
}

/** Plans all that is due, in as many rounds as it takes. */
export async function planAll(api: OwnTestApi): Promise<void> {
  for (let orders = -1; orders !== 0; ) {
    const round = await planRound(api.db, { limit: 1_000, now: nowOf(api) });
    if (round.kind === "elsewhere") throw new Error("Nobody else plans.");
    const { rows: due } =
      await sql`select 1 from lineage where wake_at <= ${new Date(nowOf(api))} limit 1`.execute(api.db);
    orders = due.length > 0 ? -1 : round.orders;
  }
}

/** Brings what is planned to the end that `outcome` says; null: a certificate. @returns how many there were. */
export async function workAll(
  api: OwnTestApi,
  outcome: (issuance: ClaimedIssuance, n: number) => FailureCode | null,
): Promise<number> {
  await planAll(api);
  const now = nowOf(api);
  const claimed = await claimIssuances(api.db, { limit: 1_000, lease: minutes(1), now });
  for (const [n, issuance] of claimed.entries()) {
    const cause = outcome(issuance, n);
    const common = { events: [], ledger: [], now };
    if (cause !== null) {
      const retryAt = after(now, days(1));
      await commitAbandoned(api.db, issuance, { cause, detail: "words", retryAt, ...common });
    } else {
      await storeKey(api.db, issuance.id);
      await commitIssued(api.db, issuance, { certificate: certificateFor(days(90), now), ...common });
    }
  }
  return claimed.length;
}

/** How many issuances are under way. */
export async function countLive({ db }: OwnTestApi): Promise<number> {
  const { rows: live } = await sql`select 1 from issuance where ended_at is null`.execute(db);
  return live.length;
}
