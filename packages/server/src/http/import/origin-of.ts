import type { CaIdentity } from "../../store/read/cas.ts";
import type { Origin } from "../../store/write/store-imported.ts";

/**
 * Which CA and account a certificate came from, of those that are here, and the weight of that CA. Two CAs with the same
 * directory are one with two accounts.
 */
export function originOf(
  { directory, accountUrl }: { readonly directory?: string; readonly accountUrl?: string },
  cas: readonly CaIdentity[],
): Origin & { readonly weight: number } {
  const there = cas.filter(({ directory_url }) => directory_url === directory);
  const own = there.find(({ account_url }) => account_url !== null && account_url === accountUrl);
  const ca = own ?? there[0];
  return { caId: ca?.id ?? null, foreignAccount: own === undefined, weight: ca?.weight ?? 0 };
}
