import type { Duration } from "@certmill/domain";
import { Refusal } from "../problem.ts";

/** A kind of certificate that an order can ask for: draft-ietf-acme-profiles. */
export interface Profile {
  /** For people; shown in the directory. */
  readonly description: string;
  readonly certificateLife: Duration;
}

/** By name. */
export type Profiles = Readonly<Record<string, Profile>>;

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

/** The directory's `meta.profiles`. */
export const profileDescriptions = (profiles: Profiles): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(profiles).map(([name, { description }]) => [name, description]));
