import { undiciTransport } from "@certmill/acme";
import { type SimCa, type SimCaOptions, startSimCa } from "@certmill/sim";
import { makeAccount } from "../../packages/server/src/effects/make-account.ts";
import type { KeyRing } from "../../packages/server/src/keys/key-ring.ts";
import { insertCa } from "../../packages/server/src/store/accounts.ts";
import type { Db } from "../../packages/server/src/store/database.ts";
import type { ClockHands } from "./clock-face.ts";

export interface Workplace {
  readonly db: Db;
  readonly hands: ClockHands;
  readonly keyRing: KeyRing;
}

/** A sim CA with our account there. */
export interface SimAtWork {
  readonly id: string;
  readonly name: string;
  readonly sim: SimCa;
  /** Of our account, as it is known in our database. */
  readonly accountUrl: string;
}

export interface SimTerms {
  readonly name: string;
  readonly caaIdentities: readonly string[];
  readonly options: SimCaOptions;
}

/**
 * Starts a CA by the run's clock and has Certmill use it, with Let's Encrypt's limits in its ledger. Disposing of it is
 * the caller's.
 */
export async function putSimToWork(
  at: Workplace,
  { name, caaIdentities, options }: SimTerms,
): Promise<SimAtWork> {
  const { db, hands } = at;
  const sim = await startSimCa({
    now: () => hands.read(),
    trustSignatures: true,
    requestsKept: 0,
    ...options,
  });
  const account = await openAccount(at, sim);
  const id = await insertCa(
    db,
    {
      name,
      directoryUrl: sim.directoryUrl,
      rootPem: null,
      namePolicy: "public",
      maxOrdersInFlight: 1_000,
      makeDefault: false,
      weight: 100,
      limitSet: "letsencrypt",
      caaIdentities,
      profiles: [],
      profile: null,
      account,
    },
    hands.read(),
  );
  if (id === null) throw new Error(`There is a CA ${name} already.`);
  return { id, name, sim, accountUrl: account.url };
}

async function openAccount({ keyRing, hands }: Workplace, sim: SimCa) {
  const made = await makeAccount(
    {
      directoryUrl: sim.directoryUrl,
      rootPem: null,
      contact: [],
      termsAgreed: true,
      binding: null,
      keyPem: null,
    },
    {
      keyRing,
      now: () => hands.read(),
      openTransport: (rootPem) => undiciTransport({ rootPem, timeout: 10_000 }),
      signal: AbortSignal.timeout(10_000),
    },
  );
  if (made.kind !== "made") throw new Error(`The sim CA made no account: ${made.kind}.`);
  return made.account;
}
