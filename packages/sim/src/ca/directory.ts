import { type Profiles, profileDescriptions } from "./profiles.ts";
import type { Urls } from "./urls.ts";

export interface DirectoryFacts {
  readonly externalAccountRequired: boolean;
  readonly renewalInfo: boolean;
  readonly preAuthorization: boolean;
  /** `null`: no `meta.profiles`. */
  readonly profiles: Profiles | null;
  /** A random name. */
  readonly unknownMember: string;
}

/**
 * RFC 8555 section 7.1.1. One member has a random name, as at Let's Encrypt, so that a client that cannot
 * skip what it does not know fails here.
 */
export function directoryDocument(
  urls: Urls,
  { externalAccountRequired, renewalInfo, preAuthorization, profiles, unknownMember }: DirectoryFacts,
): object {
  return {
    [unknownMember]: "https://community.letsencrypt.org/t/adding-random-entries-to-the-directory/33417",
    newNonce: urls.newNonce(),
    newAccount: urls.newAccount(),
    newOrder: urls.newOrder(),
    ...(preAuthorization && { newAuthz: urls.newAuthz() }),
    revokeCert: urls.revokeCert(),
    keyChange: urls.keyChange(),
    ...(renewalInfo && { renewalInfo: urls.renewalInfo() }),
    meta: {
      termsOfService: `${urls.origin}/terms`,
      website: `${urls.origin}/`,
      caaIdentities: ["ca.certmill.test"],
      externalAccountRequired,
      ...(profiles !== null && { profiles: profileDescriptions(profiles) }),
    },
  };
}
