import { days, hours, milliseconds, minutes, seconds } from "@certmill/domain";
import type { Profile, Profiles } from "./ca/profiles.ts";
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

const classic = {
  description: "90 days, up to 100 names",
  certificateLife: days(90),
  mostNames: 100,
  identifierTypes: ["dns"],
  orderLife: days(7),
  pendingAuthorizationLife: days(7),
  authorizationLife: days(30),
} as const satisfies Profile;

const tlsserver = {
  description: "45 days, up to 25 names",
  certificateLife: days(45),
  mostNames: 25,
  identifierTypes: ["dns"],
  orderLife: hours(8),
  pendingAuthorizationLife: hours(1),
  authorizationLife: hours(7),
} as const satisfies Profile;

/** https://letsencrypt.org/docs/profiles/ of 2026-07-14. Orders without a profile are on the terms of `classic`. */
const LETSENCRYPT_PROFILES: Profiles = {
  classic,
  tlsserver,
  shortlived: {
    ...tlsserver,
    description: "160 hours, up to 25 names or addresses",
    certificateLife: hours(160),
    identifierTypes: ["dns", "ip"],
  },
};

/** How a CA behaves beside its limits: options, of which each can be overridden. */
export function mannersOf(name: RuleSetName): SimCaOptions {
  switch (name) {
    case "none":
      return {};
    case "letsencrypt":
    case "letsencrypt-staging":
      // Boulder: Retry-After: 3 on orders that are processing.
      return {
        retryAfter: { form: "seconds", wait: seconds(3) },
        profiles: LETSENCRYPT_PROFILES,
        identifierTypes: ["dns"],
      };
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
