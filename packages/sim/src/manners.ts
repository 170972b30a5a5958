import { milliseconds, minutes, seconds } from "@certmill/domain";
import type { RuleSetName } from "./limits/rule-sets.ts";
import type { SimCaOptions } from "./options.ts";

/** The external account that comes with the manners of a CA that demands one: key id and HMAC key, base64url. */
export const MANNERS_ACCOUNT = {
  keyId: "certmill-sim",
  key: Buffer.from("the HMAC key of the sim CA's own external account").toString("base64url"),
} as const;

const externalAccounts = {
  required: true,
  keys: { [MANNERS_ACCOUNT.keyId]: MANNERS_ACCOUNT.key },
  reusable: true,
} as const;

/** How a CA behaves beside its limits: options, of which each can be overridden. */
export function mannersOf(name: RuleSetName): SimCaOptions {
  switch (name) {
    case "none":
      return {};
    case "letsencrypt":
    case "letsencrypt-staging":
      // Boulder: Retry-After: 3 on orders that are processing.
      return { retryAfter: { form: "seconds", wait: seconds(3) } };
    case "zerossl":
      // Minutes of processing with Retry-After: 15, no profiles, no ARI that one could rely on, an external account.
      return {
        processing: minutes(2),
        retryAfter: { form: "seconds", wait: seconds(15) },
        profiles: null,
        renewalInfo: false,
        externalAccounts,
      };
    case "google":
      return { processing: milliseconds(2_000), profiles: null, externalAccounts };
  }
}
