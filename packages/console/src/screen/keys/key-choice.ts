import type { KeyPolicy, UsualKeyType } from "@certmill/api";

/** What a form says of keys; texts, as fields have them. */
export interface KeyChoice {
  /** `inherit`: as whatever stands above has it. */
  readonly policy: KeyPolicy["policy"] | "inherit";
  /** Of `keep`: renewals with the same key. */
  readonly renewals: string;
  /** Days; empty: as whatever stands above has it. */
  readonly kept: string;
  readonly keyType: UsualKeyType | "inherit";
}

/** What the API has of keys; null: as whatever stands above has it. */
export interface KeyRules {
  readonly keys: KeyPolicy | null;
  readonly keysKeptDays: number | null;
  readonly keyType: UsualKeyType | null;
}

export const keyChoiceOf = ({ keys, keysKeptDays, keyType }: KeyRules): KeyChoice => ({
  policy: keys?.policy ?? "inherit",
  renewals: String(keys?.renewals ?? 1),
  kept: keysKeptDays === null ? "" : String(keysKeptDays),
  keyType: keyType ?? "inherit",
});

export const keyRulesOf = ({ policy, renewals, kept, keyType }: KeyChoice): KeyRules => ({
  keys: policy === "inherit" ? null : policy === "keep" ? { policy, renewals: Number(renewals) } : { policy },
  keysKeptDays: kept === "" ? null : Number(kept),
  keyType: keyType === "inherit" ? null : keyType,
});

/** `new for each`, `kept for 3 renewals`, `one for all`. */
export function keyPolicyWords({ policy, renewals = 1 }: KeyPolicy): string {
  if (policy === "new") return "new for each";
  if (policy === "shared") return "one for all";
  return renewals === 1 ? "kept for 1 renewal" : `kept for ${renewals} renewals`;
}
