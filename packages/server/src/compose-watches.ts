/** What goes on beside the worker of a process: whatever is watched, looked for, told and cleaned up from time to time. */
import { startRenewalWatch, startRevoking, startStatusWatch } from "./compose-ca-watches.ts";
import { startChecking } from "./compose-check-watches.ts";
import { startUpkeep } from "./compose-upkeep.ts";
import { startVaultWatch } from "./compose-vault.ts";
import { baseOf, type WatchParts } from "./compose-watch-parts.ts";
import type { CaConnections } from "./effects/ca-connections.ts";
import { forgetChecks } from "./store/planning/send-to-checks.ts";
import { forgetLooks } from "./store/planning/send-to-vault.ts";
import { watchRejoining } from "./work/rejoin-watch.ts";

export interface Watches {
  /** Something may be due. */
  wake(): void;
  /** A check may be due. */
  wakeChecks(): void;
  /** A certificate of this CA was stored. */
  stored(caId: string): void;
  stop(): Promise<void>;
}

/** Starts them all. */
export async function startWatches(parts: WatchParts, connections: CaConnections): Promise<Watches> {
  const { config, database, clock, checks } = parts;
  const { vault: vaultConfig = null } = config;
  const { db } = database;
  const checking = checks === null ? null : startChecking(parts, checks);
  if (checking === null) await forgetChecks(db, clock.now());
  const vault = vaultConfig === null ? null : await startVaultWatch(parts, vaultConfig);
  if (vault === null) await forgetLooks(db, clock.now());
  const upkeep = startUpkeep(parts);
  const revoking = startRevoking(parts, connections);
  const renewals = config.renewalInfo ? startRenewalWatch(parts, connections) : null;
  const all = [
    checking ??
      watchRejoining(
        baseOf(parts, "rejoin.error", "trying left out names again met an error; it is done again"),
      ),
    vault,
    upkeep,
    revoking,
    renewals,
    config.statusPages ? startStatusWatch(parts) : null,
  ].filter((watch) => watch !== null);
  return {
    wake: () => {
      revoking.wake();
      upkeep.wake();
      checking?.wake();
      vault?.wake();
    },
    wakeChecks: () => checking?.wake(),
    stored: (caId) => renewals?.stored(caId),
    stop: async () => {
      await Promise.all(all.map((watch) => watch.stop()));
    },
  };
}
