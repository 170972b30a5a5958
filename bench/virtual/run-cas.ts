/**
 * The two CAs of a run, what they allow, and what Certmill's ledger is told that they do. Both have Let's Encrypt's limits
 * but for the orders of an account.
 */
import { undiciTransport } from "@certmill/acme";
import { after, days, hours, type Instant, type Limit } from "@certmill/domain";
import { type Allowance, type LimitRules, ruleSet, type SimCa, scaledRules, startSimCa } from "@certmill/sim";
import { makeAccount } from "../../packages/server/src/effects/make-account.ts";
import type { KeyRing } from "../../packages/server/src/keys/key-ring.ts";
import { insertCa } from "../../packages/server/src/store/accounts.ts";
import type { Db } from "../../packages/server/src/store/database.ts";
import { insertOverride } from "../../packages/server/src/store/write/limits.ts";
import type { ClockHands } from "./clock-face.ts";
import { kindOfName } from "./names.ts";
import type { Scenario } from "./scenario.ts";

/** A sim CA with our account there. */
export interface RunCa {
  readonly id: string;
  readonly name: string;
  readonly sim: SimCa;
  /** Of our account, as it is known in our database. */
  readonly accountUrl: string;
  /** Of orders, as the CA has it at an instant. */
  readonly orders: (now: Instant) => Allowance;
}

interface CaTerms {
  readonly name: string;
  /** The pool's share. */
  readonly weight: number;
  readonly rules: LimitRules;
}

export interface CaParts {
  readonly db: Db;
  readonly hands: ClockHands;
  readonly keyRing: KeyRing;
  readonly scenario: Scenario;
  /** When the run begins. */
  readonly start: Instant;
}

/** The first is the preferred one. Disposing of them is the caller's. */
export async function startCas(parts: CaParts): Promise<readonly [RunCa, RunCa]> {
  const { scenario } = parts;
  const second: LimitRules = {
    ...ruleSet("letsencrypt"),
    newOrdersPerAccount: threeHours(scenario.secondCaOrders),
  };
  return [
    await startCa(parts, {
      name: "letsencrypt",
      weight: 100,
      rules: scaledRules(ruleSet("letsencrypt"), scenario.divisor),
    }),
    await startCa(parts, {
      name: "second",
      weight: 100,
      rules: scaledRules(second, scenario.divisor),
    }),
  ];
}

const threeHours = (count: number): Allowance => ({ burst: count, count, period: hours(3) });

async function startCa(parts: CaParts, terms: CaTerms): Promise<RunCa> {
  const { db, hands, scenario, start } = parts;
  const sim = await startSimCa({
    seed: scenario.seed,
    now: () => hands.read(),
    limits: terms.rules,
    trustSignatures: true,
    retryAfter: { form: "none" },
    requestsKept: 0,
    model: (name, now) => {
      const kind = kindOfName(name);
      if (kind === "slow") return { kind: "slow", seconds: scenario.slowness / 1_000 };
      const isWrong = kind === "never" || (kind === "later" && now < after(start, scenario.rightFrom));
      return isWrong ? { kind: "wrong", how: "dns" } : { kind: "right" };
    },
  });
  const account = await openAccount(parts, sim);
  const { name, weight, rules } = terms;
  const now = hands.read();
  const id = await insertCa(
    db,
    {
      name,
      directoryUrl: sim.directoryUrl,
      rootPem: null,
      namePolicy: "public",
      maxOrdersInFlight: 1_000,
      makeDefault: false,
      weight,
      limitSet: "letsencrypt",
      caaIdentities: [],
      profiles: [],
      profile: null,
      account,
    },
    now,
  );
  if (id === null) throw new Error("The database was not empty.");
  const ca = { id, name, sim, accountUrl: account.url };
  const base = rules.newOrdersPerAccount;
  if (base === null) throw new Error("Both CAs limit the orders of an account.");
  // What the ledger is told is what the CA does; for Let's Encrypt at full size it knows by itself.
  if (name !== "letsencrypt" || scenario.divisor > 1) await tellLedger(parts, ca, { rule: base, from: now });
  if (name !== "letsencrypt") return { ...ca, orders: () => base };

  const granted = { allowance: grantedOrders(scenario), from: after(start, scenario.override.from) };
  sim.setLimits({
    ...rules,
    overrides: [{ limit: "newOrdersPerAccount", account: account.url, ...granted }],
  });
  await tellLedger(parts, ca, { rule: granted.allowance, from: granted.from });
  return { ...ca, orders: (at) => (at < granted.from ? base : granted.allowance) };
}

const grantedOrders = ({ override, divisor }: Scenario): Allowance => {
  const weekly: LimitRules = {
    ...ruleSet("none"),
    newOrdersPerAccount: { burst: override.perWeek, count: override.perWeek, period: days(7) },
  };
  const { newOrdersPerAccount } = scaledRules(weekly, divisor);
  if (newOrdersPerAccount === null) throw new Error("A limit stays one when it is scaled.");
  return newOrdersPerAccount;
};

async function openAccount({ keyRing, hands }: CaParts, sim: SimCa) {
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

async function tellLedger(
  { db, hands }: CaParts,
  { id, name }: { readonly id: string; readonly name: string },
  { rule, from }: { readonly rule: Limit; readonly from: Instant },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await insertOverride(
      trx,
      { caId: id, ca: name, limit: "new-orders-per-account", key: null, rule, startsAt: from, note: null },
      hands.read(),
    );
  });
}
