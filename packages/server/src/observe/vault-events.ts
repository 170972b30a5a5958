/** Where a look into Vault becomes a log record and a figure. */
import type { Logger } from "pino";
import type { ClaimedLook } from "../store/vault-looks.ts";
import type { Metrics } from "./metrics.ts";

/** What became of a look; what it says of the rest is logged as it is. */
interface Looked {
  readonly kind: "taken" | "absent" | "refused" | "away" | "spared" | "stale";
}

export function observeVault(metrics: Metrics, log: Logger) {
  return {
    onLooked: ({ names: [name] }: ClaimedLook, outcome: Looked): void => {
      const { kind, ...rest } = outcome;
      metrics.vaultLooks.inc({ result: kind });
      const record = { event: "vault.looked", name, result: kind, ...rest };
      if (kind === "refused") log.warn(record, "an entry in Vault is not taken; the certificate is ordered");
      else log.info(record, "looked into Vault");
    },
    onAway: (reason: string): void =>
      log.warn(
        { event: "vault.away", reason },
        "Vault does not answer: orders are made without a look into it",
      ),
  };
}
