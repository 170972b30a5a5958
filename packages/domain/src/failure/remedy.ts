/** What helps against a failure, beside the trying again that is in failure-code.ts. */
import type { FailureCode } from "./failure-code.ts";

/**
 * Who has to act before it can succeed. `nobody`: time alone helps. It is not whose doing it is (`party`): a limit is the
 * CA's, and nobody need act.
 */
export type WhoActs = "customer" | "operator" | "ca" | "nobody";

export interface Remedy {
  readonly acts: WhoActs;
  /** Whether an order at another CA may succeed meanwhile. */
  readonly anotherCa: boolean;
  /** Whether a proof by another type of challenge may succeed: by DNS where the way to port 80 is the trouble. */
  readonly anotherChallenge: boolean;
}

const remedy = (acts: WhoActs, ...helps: readonly ("ca" | "challenge")[]): Remedy => ({
  acts,
  anotherCa: helps.includes("ca"),
  anotherChallenge: helps.includes("challenge"),
});

export const remedies: Readonly<Record<FailureCode, Remedy>> = {
  // A name without an address can be proven by DNS.
  dns: remedy("customer", "challenge"),
  connection: remedy("customer", "challenge"),
  tls: remedy("customer", "challenge"),
  "wrong-response": remedy("customer", "challenge"),
  caa: remedy("customer", "ca"),
  "name-rejected": remedy("customer", "ca"),
  "name-paused": remedy("operator", "ca"),
  "no-ca": remedy("operator", "ca"),
  "dns-delegation-missing": remedy("customer", "challenge"),
  "dns-not-propagated": remedy("operator", "challenge"),
  "dns-publish": remedy("operator", "challenge"),
  "validation-timeout": remedy("nobody", "ca"),
  "challenge-not-offered": remedy("operator", "ca", "challenge"),
  "rate-limited": remedy("nobody", "ca"),
  "ca-busy": remedy("nobody", "ca"),
  "request-pace": remedy("nobody", "ca"),
  "ca-unreachable": remedy("nobody", "ca"),
  "ca-error": remedy("ca", "ca"),
  "ca-slow": remedy("ca", "ca"),
  "order-not-ready": remedy("nobody", "ca"),
  "order-gone": remedy("nobody"),
  "order-invalid": remedy("nobody", "ca"),
  "order-not-ours": remedy("nobody", "ca"),
  "names-differ": remedy("ca", "ca"),
  "certificate-unusable": remedy("ca", "ca"),
  "key-refused": remedy("operator", "ca"),
  "request-refused": remedy("operator", "ca"),
  "account-unusable": remedy("operator", "ca"),
  "user-action-required": remedy("operator", "ca"),
  // It is ours, whichever CA is asked.
  "internal-error": remedy("operator"),
};
