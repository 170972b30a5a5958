/**
 * Feeds the mass replacements: chooses their certificates bit by bit, and has so many of them ordered at a time that the
 * line never runs dry and never grows long. Any number of processes may do it at once: one that a process has is skipped
 * by the others. Nothing is remembered between two steps but in the rows.
 */
import { after, type Instant, minutes, seconds } from "@certmill/domain";
import type { Db } from "../store/database.ts";
import { retryDeadlock } from "../store/retry-deadlock.ts";
import { endList, wakeList } from "../store/write/fed-list.ts";
import {
  chooseNext,
  countUnderway,
  type DueReplacement,
  forgetItems,
  isAnyHeld,
  isAnyUnderway,
  lookForKeys,
  readMostInFlight,
  releaseNext,
  takeDueReplacement,
} from "../store/write/feed-replacement.ts";
import { fillFingerprints } from "./fill-fingerprints.ts";

/** Certificates gone through in one step. */
const lookedAtOnce = 20_000;
const forgottenAtOnce = 5_000;
/** Emergencies under way for each order in flight that the CAs allow: one is in flight, the next stands in line. */
const underwayForEach = 2;
const mostReleased = 1_000;
const whileFeeding = seconds(1);
const whileEnding = minutes(1);
const mostSteps = 20;

const wake = (trx: Db, id: string, at: Instant | null): Promise<void> =>
  wakeList(trx, { kind: "replacement", id }, at);

/** Takes each replacement that is due one step on, as far as no other process has it. */
export async function feedReplacements(db: Db, now: Instant): Promise<void> {
  for (let steps = 0; steps < mostSteps && (await feedOne(db, now)); steps += 1);
}

const feedOne = (db: Db, now: Instant): Promise<boolean> =>
  retryDeadlock(() =>
    db.transaction().execute(async (trx) => {
      const replacement = await takeDueReplacement(trx, now);
      if (replacement === null) return false;
      await step(trx, replacement, now);
      return true;
    }),
  );

async function step(trx: Db, replacement: DueReplacement, now: Instant): Promise<void> {
  const { id, state } = replacement;
  if (state === "cancelled") {
    const forgotten = await forgetItems(trx, id, forgottenAtOnce);
    await wake(trx, id, forgotten < forgottenAtOnce ? null : now);
  } else if (state !== "running") await wake(trx, id, null);
  else await feed(trx, replacement, now);
}

async function feed(trx: Db, replacement: DueReplacement, now: Instant): Promise<void> {
  const { id } = replacement;
  const choosesOn = await choose(trx, replacement, now);
  await release(trx, id, now);
  if (choosesOn) await wake(trx, id, now);
  else if (await isAnyHeld(trx, id)) await wake(trx, id, after(now, whileFeeding));
  else if (await isAnyUnderway(trx, id)) await wake(trx, id, after(now, whileEnding));
  else await endList(trx, { kind: "replacement", id, now });
}

/** @returns whether there is more to go through at once. */
async function choose(trx: Db, replacement: DueReplacement, now: Instant): Promise<boolean> {
  const { refuses_keys: refuses, looked_to: lookedTo, look_until: until } = replacement;
  if (refuses && (await fillFingerprints(trx))) return true;
  if (BigInt(lookedTo) < BigInt(until)) {
    await chooseNext(trx, replacement, lookedAtOnce, now);
    return true;
  }
  if (!refuses) return false;
  // A renewal that was under way may bring another certificate of a refused key: they are looked for until the end.
  return lookForKeys(trx, replacement);
}

async function release(trx: Db, id: string, now: Instant): Promise<void> {
  const most = (await readMostInFlight(trx)) * underwayForEach;
  const room = most - (await countUnderway(trx, most, now));
  if (room > 0) await releaseNext(trx, id, Math.min(room, mostReleased), now);
}
