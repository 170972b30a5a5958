import type { KeyPolicy as ApiKeyPolicy } from "@certmill/api";
import type { KeyPolicyName } from "../store/schema/key.ts";
import type { KeyPolicy } from "../store/write/key-policies.ts";
import { oneFault } from "./refusal.ts";

/** @throws {Refusal} `invalid-request`: a number of renewals goes with `keep`, and with nothing else. */
export function keyPolicyOf({ policy, renewals: count }: ApiKeyPolicy): KeyPolicy {
  const renewals = count ?? null;
  if ((policy === "keep") !== (renewals !== null))
    throw oneFault("/keys/renewals", "It must be given for `keep`, and for nothing else.");
  return { policy, renewals };
}

export const presentKeyPolicy = (policy: KeyPolicyName, renewals: number | null): ApiKeyPolicy =>
  renewals === null ? { policy } : { policy, renewals };
