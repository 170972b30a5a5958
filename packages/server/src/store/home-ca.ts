import { type RawBuilder, sql } from "kysely";

/**
 * The first of the CAs with the directory of the row `ca` at hand. Two of them are one CA with two accounts: what it counts
 * over all accounts, or by the address that asks, is kept there for both.
 */
export const homeCaId: RawBuilder<string> = sql`(
  select min(home.id) from ca home where home.directory_url = ca.directory_url)`;
