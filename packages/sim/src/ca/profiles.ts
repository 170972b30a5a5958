import { type Duration, days, hours, milliseconds } from "@certmill/domain";
import { Refusal } from "../problem.ts";
import type { Identifier } from "../x509/identifier.ts";

/** A kind of certificate that an order can ask for: draft-ietf-acme-profiles. */
export interface Profile {
  /** For people; shown in the directory. */
  readonly description: string;
  readonly certificateLife: Duration;
  /** What is not said is as for orders without a profile. */
  readonly mostNames?: number;
  readonly identifierTypes?: readonly Identifier["type"][];
  /** How long an order can be finalized. */
  readonly orderLife?: Duration;
  /** How long an authorization can be answered. */
  readonly pendingAuthorizationLife?: Duration;
  /** How long one counts after its validation. */
  readonly authorizationLife?: Duration;
}

/** By name. */
export type Profiles = Readonly<Record<string, Profile>>;

/** What holds for an order and its authorizations. */
export type Terms = Required<Omit<Profile, "description">>;

/** The terms of a profile; of `null`, those of orders that ask for none. */
export type TermsOf = (profile: string | null) => Terms;

/** @param plain the terms of orders without a profile, and of profiles where they say nothing. */
export function termsByProfile(profiles: Profiles | null, plain: Terms): TermsOf {
  const byName = new Map(
    Object.entries(profiles ?? {}).map(([name, profile]) => [name, { ...plain, ...profile }]),
  );
  return (profile) => byName.get(profile ?? "") ?? plain;
}

/** An authorization that ends sooner is not used for a new order: an eighth of its life, from an hour to a day (Boulder). */
export const leastLeft = ({ orderLife }: Terms): Duration =>
  milliseconds(Math.min(Math.max(orderLife / 8, hours(1)), days(1)));

/**
 * The name of the profile that a newOrder payload asks for; `null`: it asks for none.
 *
 * @param profiles `null`: this CA has no profiles.
 * @throws Refusal invalidProfile
 */
export function requestedProfile(value: unknown, profiles: Profiles | null): string | null {
  if (value === undefined) return null;
  if (profiles === null) {
    throw new Refusal("invalidProfile", "The request specified a profile, but no profiles are configured");
  }
  if (typeof value === "string" && Object.hasOwn(profiles, value)) return value;
  throw new Refusal("invalidProfile", `${JSON.stringify(value)} is not one of this CA's profiles`);
}

/** @throws Refusal rejectedIdentifier for a kind of identifier that is not certified on these terms. */
export function refuseTypes(
  profile: string | null,
  { identifierTypes }: Terms,
  identifiers: readonly Identifier[],
): void {
  const refused = identifiers.find(({ type }) => !identifierTypes.includes(type));
  if (refused === undefined) return;
  const detail = `Profile ${JSON.stringify(profile ?? "")} does not permit ${refused.type} type identifiers`;
  throw new Refusal("rejectedIdentifier", detail);
}

/** The directory's `meta.profiles`. */
export const profileDescriptions = (profiles: Profiles): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(profiles).map(([name, { description }]) => [name, description]));
