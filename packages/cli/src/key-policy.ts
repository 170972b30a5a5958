import type { KeyPolicy, UsualKeyType } from "@certmill/api";
import { InvalidArgumentError } from "commander";
import { remark } from "./terminal/print.ts";
import { wrapFor } from "./terminal/wrap.ts";

/** `new`, `keep:5` or `shared`. */
export function keyPolicy(text: string): KeyPolicy {
  if (text === "new" || text === "shared") return { policy: text };
  const [, renewals] = /^keep:([1-9]\d{0,3})$/.exec(text) ?? [];
  if (renewals !== undefined) return { policy: "keep", renewals: Number(renewals) };
  throw new InvalidArgumentError("It must be new, keep:N (for N renewals) or shared.");
}

export const keyPolicyText = ({ policy, renewals }: KeyPolicy): string => {
  if (policy === "new") return "a new key for each certificate";
  return policy === "shared" ? "one key for all of them" : `the same key for ${renewals} renewals`;
};

/** A number of days, or `inherited` for null. */
export const keptDays =
  (inherited: string) =>
  (text: string): number | null => {
    if (text === inherited) return null;
    if (/^\d{1,4}$/.test(text) && Number(text) <= mostDays) return Number(text);
    throw new InvalidArgumentError(`It must be a number of days up to ${mostDays}, or ${inherited}.`);
  };

const mostDays = 3_650;

export function keptText(days: number | null, above: string): string {
  if (days === null) return `keys that nothing uses are kept as long as ${above} says`;
  return days === 0
    ? "keys that nothing uses are destroyed at once"
    : `keys that nothing uses are destroyed after ${days} days`;
}

export const usualKeysText = (keyType: UsualKeyType): string =>
  keyType === "p256"
    ? "domains that do not say have one certificate, with a P-256 key"
    : "domains that do not say have two certificates from the next one on, with a P-256 and an RSA key";

/** What it means, in plain words, before it bites. */
export function warnOfKeyPolicy({ policy }: KeyPolicy, whose: string): void {
  if (policy !== "shared") return;
  remark(
    wrapFor(
      process.stderr,
      `From the next certificate on, all certificates of ${whose} have one private key. Whoever takes it from one machine can pose as every one of their domains, and all certificates must be replaced at once: certmill replace --key.`,
    ),
  );
}
