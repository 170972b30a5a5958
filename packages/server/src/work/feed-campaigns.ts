/**
 * Feeds the campaigns: lets their lists stand in line wave by wave, judges each wave, takes cancelled ones down. Any
 * number of processes may do it at once: a campaign that one has is skipped by the others.
 */
import {
  after,
  between,
  type Instant,
  isFailing,
  judgeWave,
  lastWave,
  milliseconds,
  minutes,
  seconds,
  type WaveOutcome,
  waveSize,
} from "@certmill/domain";
import type { Db } from "../store/database.ts";
import { pauseCampaign } from "../store/write/campaigns.ts";
import { endList, wakeList } from "../store/write/fed-list.ts";
import {
  beginWave,
  countHeld,
  countWave,
  type DueCampaign,
  dropUncertified,
  hasUncertified,
  isLineFull,
  isUnfinished,
  leaveInWave,
  newestIssuanceId,
  releaseHeld,
  sampleWave,
  takeDueCampaign,
} from "../store/write/feed-campaign.ts";

/** Lineages released at once: who comes meanwhile waits for no more than these to join the line. */
const releaseBatch = 500;
const dropBatch = 2_000;
const afterRelease = seconds(1);
const afterDrop = seconds(10);
const mostSteps = 20;

/** A young wave is looked at often, one of many days every ten minutes. */
const nextLook = (beganAt: Instant, now: Instant): Instant =>
  after(now, milliseconds(Math.min(Math.max(between(beganAt, now) / 10, seconds(10)), minutes(10))));

const wake = (trx: Db, id: string, at: Instant | null): Promise<void> =>
  wakeList(trx, { kind: "campaign", id }, at);

/** Takes each campaign that is due one step on, as far as no other process has it. */
export async function feedCampaigns(db: Db, now: Instant): Promise<void> {
  for (let steps = 0; steps < mostSteps && (await feedOne(db, now)); steps += 1);
}

/** Why a campaign is to be paused; null: it is not. */
type Trouble = { readonly id: string; readonly reason: string; readonly excuse: string | null } | null;

async function feedOne(db: Db, now: Instant): Promise<boolean> {
  const fed = await db.transaction().execute(async (trx) => {
    const campaign = await takeDueCampaign(trx, now);
    return campaign === null ? null : { trouble: await step(trx, campaign, now) };
  });
  if (fed === null) return false;
  // Not in the same transaction: a pause takes the planner's row first, and then the campaign's.
  if (fed.trouble !== null) await pauseCampaign(db, { ...fed.trouble, now });
  return true;
}

async function step(trx: Db, campaign: DueCampaign, now: Instant): Promise<Trouble> {
  if (campaign.state === "cancelled") await takeDown(trx, campaign.id, now);
  else if (campaign.state !== "running") await wake(trx, campaign.id, null);
  else if (campaign.wave_began_at === null) await begin(trx, campaign, 1, now);
  else if (campaign.wave_left > 0) await release(trx, campaign, now);
  else if (campaign.wave < lastWave) return judge(trx, campaign, campaign.wave_began_at, now);
  else return watchLastWave(trx, campaign, campaign.wave_began_at, now);
  return null;
}

async function begin(trx: Db, { id, size }: DueCampaign, wave: number, now: Instant): Promise<void> {
  const left = await countHeld(trx, id);
  await beginWave(trx, { id, wave, size: waveSize(wave, { size, left }), now });
  await wake(trx, id, now);
}

async function release(trx: Db, campaign: DueCampaign, now: Instant): Promise<void> {
  const { id, wave_left: left } = campaign;
  if (!(await isLineFull(trx, releaseBatch, now))) {
    const asked = Math.min(left, releaseBatch);
    const released = await releaseHeld(trx, campaign, asked, now);
    // Some were removed since they were counted, or asked for by their customers.
    if (released < asked) await leaveInWave(trx, id, Math.min(left - released, await countHeld(trx, id)));
  }
  await wake(trx, id, after(now, afterRelease));
}

async function judge(trx: Db, campaign: DueCampaign, beganAt: Instant, now: Instant): Promise<Trouble> {
  const { id, wave, most_failed: mostFailed, excused_issuance_id: excused } = campaign;
  const outcome = await countWave(trx, campaign);
  const verdict = outcome.members === 0 ? "passed" : judgeWave(outcome, { beganAt, mostFailed }, now);
  if (verdict === "passed" || (verdict === "failed" && excused !== null)) {
    await begin(trx, campaign, wave + 1, now);
    return null;
  }
  await wake(trx, id, nextLook(beganAt, now));
  return verdict === "failed" ? trouble(trx, campaign, outcome) : null;
}

async function watchLastWave(
  trx: Db,
  campaign: DueCampaign,
  beganAt: Instant,
  now: Instant,
): Promise<Trouble> {
  const { id } = campaign;
  if (!(await isUnfinished(trx, id))) {
    await endList(trx, { kind: "campaign", id, now });
    return null;
  }
  await wake(trx, id, nextLook(beganAt, now));
  const sample = await sampleWave(trx, campaign);
  return isFailing(sample, campaign.most_failed) ? trouble(trx, campaign, sample) : null;
}

async function trouble(
  trx: Db,
  { id, wave, most_failed: mostFailed }: DueCampaign,
  { ended, failed }: Omit<WaveOutcome, "members">,
): Promise<Trouble> {
  const share = `${Math.round(mostFailed * 100)} %`;
  const whose = wave < lastWave ? `of wave ${wave}` : "of the newest attempts";
  const reason = `${failed} of ${ended} ${whose} failed, more than the ${share} allowed.`;
  return { id, reason, excuse: (await newestIssuanceId(trx)) ?? "0" };
}

async function takeDown(trx: Db, id: string, now: Instant): Promise<void> {
  const dropped = await dropUncertified(trx, id, dropBatch, now);
  if (dropped === dropBatch) await wake(trx, id, after(now, afterRelease));
  else await wake(trx, id, (await hasUncertified(trx, id)) ? after(now, afterDrop) : null);
}
