/** What looks into Vault before first orders. */
import { readFile } from "node:fs/promises";
import { minutes, seconds } from "@certmill/domain";
import { baseOf, type WatchParts } from "./compose-watch-parts.ts";
import { ConfigInvalid } from "./config/read-config.ts";
import type { VaultConfig } from "./config/vault-config.ts";
import { type FindInVault, findInVault } from "./effects/find-in-vault.ts";
import { readImported } from "./effects/read-imported.ts";
import { takeFound } from "./http/import/take-found.ts";
import { observeVault } from "./observe/vault-events.ts";
import type { Rounds } from "./work/rounds.ts";
import { watchVault } from "./work/vault-watch.ts";

/** A look mostly waits for Vault. */
const vaultConcurrency = 16;
const vaultLease = minutes(3);

/** @throws ConfigInvalid when the CA's file cannot be read. */
export async function startVaultWatch(parts: WatchParts, config: VaultConfig): Promise<Rounds> {
  const { database, clock, keyRing, checks, metrics, log } = parts;
  return watchVault({
    ...baseOf(parts, "vault.error", "a look into Vault met an error; the certificate is ordered"),
    find: await finder(config, parts),
    takeOver: ({ lineageId, fence }, found) =>
      takeFound(
        { ...found, lineageId, fence },
        {
          db: database.db,
          now: () => clock.now(),
          readImported: (pems) => readImported(pems, { keyRing: keyRing(), now: clock.now() }),
          areChecked: checks !== null,
        },
      ),
    concurrency: vaultConcurrency,
    lease: vaultLease,
    pollEvery: parts.config.pollEvery ?? seconds(1),
    ...observeVault(metrics, log),
  });
}

async function finder(config: VaultConfig, { clock }: WatchParts): Promise<FindInVault> {
  const { caFile } = config;
  const caPem = caFile === null ? null : await readFile(caFile, "utf8").catch(unreadable(caFile));
  return findInVault(config, { caPem, clock });
}

const unreadable =
  (file: string) =>
  (error: NodeJS.ErrnoException): never => {
    throw new ConfigInvalid([
      `vault_ca_file (CERTMILL_VAULT_CA_FILE) ${file} cannot be read (${error.code}).`,
    ]);
  };
