import type { KeyPolicy } from "@certmill/api";
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
