/** Tries out whether proofs can be put into a zone, with a record that is nobody's. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { after, minutes } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import type { Db } from "../store/database.ts";
import { forgetRecord, intendTestRecord } from "../store/dns/dns-records.ts";
import { ProviderFault, type TextRecord } from "./dns-provider.ts";
import type { Records } from "./records.ts";

export interface TriedStep {
  readonly step: "write" | "look" | "remove";
  /** Null: it went well. */
  readonly fault: string | null;
  readonly durationMs: number;
}

export interface TriedZone {
  readonly zone: string;
  readonly record: string;
  /** As far as it came. */
  readonly steps: readonly TriedStep[];
}

export interface TryZoneOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly records: Records;
}

/** Then whoever cleans up takes the record away, should this process have died. */
const removedAfter = minutes(5);
/** Milliseconds. */
const looksFor = 20_000;
const looksEvery = 500;

export function tryZone({ db, clock, records }: TryZoneOptions) {
  return async (zone: string, signal: AbortSignal): Promise<TriedZone> => {
    const record: TextRecord = {
      zone,
      name: `_acme-challenge.certmill-test-${randomBytes(6).toString("hex")}.${zone}`,
      text: randomBytes(32).toString("base64url"),
    };
    const now = clock.now();
    const id = await intendTestRecord(db, record, { now, removeAt: after(now, removedAfter) });
    const steps: TriedStep[] = [];
    const step = async (name: TriedStep["step"], act: () => Promise<string | null>): Promise<boolean> => {
      const began = performance.now();
      const fault = await told(act);
      steps.push({ step: name, fault, durationMs: Math.round(performance.now() - began) });
      return fault === null;
    };
    const isWritten = await step("write", () => nothing(records.write([record], signal)));
    if (isWritten) await step("look", () => lookFor(record, records, signal));
    const isGone = await step("remove", () => nothing(records.takeAway(record, async () => false, signal)));
    if (isGone) await forgetRecord(db, id);
    return { zone, record: record.name, steps: isWritten ? steps : steps.slice(0, 1) };
  };
}

const nothing = async (done: Promise<void>): Promise<null> => {
  await done;
  return null;
};

async function told(act: () => Promise<string | null>): Promise<string | null> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ProviderFault) return error.message;
    throw error;
  }
}

async function lookFor(record: TextRecord, records: Records, signal: AbortSignal): Promise<string | null> {
  const end = performance.now() + looksFor;
  for (;;) {
    const { missing, silent } = await records.whatIsMissing([record], signal);
    const fault = missing ?? silent;
    if (fault === null || performance.now() > end) return fault;
    await sleep(looksEvery, undefined, { signal });
  }
}
