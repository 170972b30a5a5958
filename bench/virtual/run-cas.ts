/**
 * The two CAs of a run, what they allow, and what Certmill's ledger is told that they do. Both have Let's Encrypt's limits
 * but for the orders of an account.
 */
import { after, days, hours, type Instant, type Limit } from "@certmill/domain";
import { type Allowance, type LimitRules, ruleSet, type SimCaOptions, scaledRules } from "@certmill/sim";
import { insertOverride } from "../../packages/server/src/store/write/limits.ts";
import { isWrongAt, kindOfName } from "./names.ts";
import type { Scenario } from "./scenario.ts";
import { putSimToWork, type SimAtWork, type Workplace } from "./sim-at-work.ts";

export interface RunCa extends SimAtWork {
  /** Of orders, as the CA has it at an instant. */
  readonly orders: (now: Instant) => Allowance;
}

interface CaTerms {
  readonly name: string;
  readonly rules: LimitRules;
}

export interface CaParts extends Workplace {
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
      rules: scaledRules(ruleSet("letsencrypt"), scenario.divisor),
    }),
    await startCa(parts, {
      name: "second",
      rules: scaledRules(second, scenario.divisor),
    }),
  ];
}

const threeHours = (count: number): Allowance => ({ burst: count, count, period: hours(3) });

async function startCa(parts: CaParts, terms: CaTerms): Promise<RunCa> {
  const { hands, scenario, start } = parts;
  const { name, rules } = terms;
  const now = hands.read();
  const options: SimCaOptions = {
    seed: scenario.seed,
    limits: rules,
    retryAfter: { form: "none" },
    model: (each, at) => {
      if (kindOfName(each) === "slow") return { kind: "slow", seconds: scenario.slowness / 1_000 };
      const isWrong = isWrongAt(each, { rightFrom: after(start, scenario.rightFrom), now: at });
      return isWrong ? { kind: "wrong", how: "dns" } : { kind: "right" };
    },
  };
  const ca = await putSimToWork(parts, { name, caaIdentities: [], options });
  const base = rules.newOrdersPerAccount;
  if (base === null) throw new Error("Both CAs limit the orders of an account.");
  // What the ledger is told is what the CA does; for Let's Encrypt at full size it knows by itself.
  if (name !== "letsencrypt" || scenario.divisor > 1) await tellLedger(parts, ca, { rule: base, from: now });
  if (name !== "letsencrypt") return { ...ca, orders: () => base };

  const granted = { allowance: grantedOrders(scenario), from: after(start, scenario.override.from) };
  ca.sim.setLimits({
    ...rules,
    overrides: [{ limit: "newOrdersPerAccount", account: ca.accountUrl, ...granted }],
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
