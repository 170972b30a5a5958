/** What happens to a CA while it runs, as a file of rules lists it and the management endpoint takes it. */
import { type Duration, instant, milliseconds } from "@certmill/domain";
import type { Outage } from "../http/outage.ts";
import { allowanceOf, limitOption, TYPED_LIMITS, type TypedLimit, timeOf } from "../limit-option.ts";
import type { Allowance } from "../limits/allowance.ts";
import type { SimCa } from "../sim-ca.ts";

export interface Change {
  /** Which of the CAs, from 1 on; null: all. */
  readonly ca: number | null;
  /** After the start, or after it was sent. */
  readonly at: Duration;
  /** When it is over; null: never. Of an outage and a delay only. */
  readonly until: Duration | null;
  readonly what: What;
}

export type What =
  | { readonly kind: "outage"; readonly outage: Outage }
  /** Each answer takes so much longer. */
  | { readonly kind: "delay"; readonly delay: Duration }
  | { readonly kind: "revoke"; readonly share: number; readonly explanationUrl: string }
  | { readonly kind: "limits"; readonly limits: readonly TypedLimit[] }
  /** Whose: an account's URL or its last part, or a registered domain. */
  | { readonly kind: "override"; readonly whose: string; readonly allowance: Allowance };

/** A change that cannot be; the message says which and how it should be. */
export class ChangeError extends Error {
  override readonly name = "ChangeError";
}

const OUTAGES: readonly Outage[] = ["unavailable", "server-error", "busy", "drop"];
const WHATS = ["outage", "delay", "revoke", "limits", "override"] as const;
const MEMBERS: ReadonlySet<string> = new Set([...WHATS, "ca", "at", "until", "limit", "explanationUrl"]);
const longest = milliseconds(24 * 86_400_000);

/** One, or a list. @param cas how many CAs there are. @throws ChangeError */
export function parseChanges(text: string, cas: number): readonly Change[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ChangeError(`This is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((each, index) => {
    try {
      return changeOf(each, cas);
    } catch (error) {
      if (!(error instanceof ChangeError)) throw error;
      throw new ChangeError(`change ${index + 1}: ${error.message}`);
    }
  });
}

function changeOf(value: unknown, cas: number): Change {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ChangeError("it must be an object");
  const given = new Map(Object.entries(value));
  for (const name of given.keys())
    if (!MEMBERS.has(name))
      throw new ChangeError(`"${name}" is unknown; known are ${[...MEMBERS].join(", ")}`);
  const kinds = WHATS.filter((name) => given.has(name));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1)
    throw new ChangeError(`it must have exactly one of ${WHATS.join(", ")}`);
  const at = given.has("at") ? time(given, "at") : milliseconds(0);
  const until = given.has("until") ? time(given, "until") : null;
  if (until !== null && kind !== "outage" && kind !== "delay")
    throw new ChangeError(`"until" is for outage and delay only`);
  if (until !== null && until <= at) throw new ChangeError(`"until" must be after "at"`);
  return { ca: caOf(given.get("ca"), cas), at, until, what: whatOf(kind, given) };
}

function whatOf(kind: (typeof WHATS)[number], given: ReadonlyMap<string, unknown>): What {
  const value = given.get(kind);
  switch (kind) {
    case "outage": {
      const outage = OUTAGES.find((each) => each === value);
      if (outage === undefined) throw new ChangeError(`"outage" must be one of ${OUTAGES.join(", ")}`);
      return { kind, outage };
    }
    case "delay":
      return { kind, delay: time(given, "delay") };
    case "revoke": {
      if (typeof value !== "number" || !(value >= 0 && value <= 1))
        throw new ChangeError(`"revoke" must be a share from 0 to 1`);
      const explanationUrl = given.get("explanationUrl") ?? "https://ca.example/incident";
      if (typeof explanationUrl !== "string") throw new ChangeError(`"explanationUrl" must be a text`);
      return { kind, share: value, explanationUrl };
    }
    case "limits": {
      if (!Array.isArray(value)) throw new ChangeError(`"limits" must be a list of NAME=N/TIME`);
      return { kind, limits: value.map(typedLimit) };
    }
    case "override": {
      const limit = given.get("limit");
      const allowance = typeof limit === "string" ? allowanceOf(limit) : null;
      if (typeof value !== "string" || value === "")
        throw new ChangeError(`"override" must be an account's URL or a registered domain`);
      if (allowance === null) throw new ChangeError(`"limit" of an override must be N/TIME, as 300/7d`);
      return { kind, whose: value, allowance };
    }
  }
}

function typedLimit(value: unknown): TypedLimit {
  const limit = typeof value === "string" ? limitOption(value) : null;
  if (limit !== null) return limit;
  throw new ChangeError(
    `"limits" must have NAME=N/TIME or NAME=none, NAME one of ${TYPED_LIMITS.join(", ")}, but has ${JSON.stringify(value)}`,
  );
}

function time(given: ReadonlyMap<string, unknown>, name: string): Duration {
  const value = given.get(name);
  const parsed = typeof value === "string" ? timeOf(value) : null;
  if (parsed === null || parsed > longest)
    throw new ChangeError(`"${name}" must be a time of at most 24d, as 500ms, 90s, 5m, 3h or 7d`);
  return parsed;
}

function caOf(value: unknown, cas: number): number | null {
  if (value === undefined) return null;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= cas) return value;
  throw new ChangeError(`"ca" must be a whole number from 1 to ${cas}`);
}

/** Begins it now. @returns what ends it. */
export function begin(ca: SimCa, what: What): () => void {
  switch (what.kind) {
    case "outage":
      ca.setOutage(what.outage);
      return () => ca.setOutage(false);
    case "delay":
      ca.setDelay(what.delay);
      return () => ca.setDelay(milliseconds(0));
    case "revoke":
      ca.revokeMany(what);
      break;
    case "limits":
      ca.setLimits({ ...ca.limits, ...Object.fromEntries(what.limits) });
      break;
    case "override": {
      const { whose, allowance } = what;
      const isDomain = !whose.includes("/") && whose.includes(".");
      const from = instant(0);
      const override = isDomain
        ? ({ limit: "certificatesPerRegisteredDomain", registeredDomain: whose, allowance, from } as const)
        : ({ limit: "newOrdersPerAccount", account: whose, allowance, from } as const);
      ca.setLimits({ ...ca.limits, overrides: [...ca.limits.overrides, override] });
    }
  }
  return () => {};
}
