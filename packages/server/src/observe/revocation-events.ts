import type { Logger } from "pino";
import type { ClaimedRevocation, RevocationEnd } from "../store/revocations.ts";
import type { Metrics } from "./metrics.ts";

/** Told of each revocation that the CA was told of. */
export function observeRevocations(metrics: Metrics, log: Logger) {
  return ({ serial, reason }: ClaimedRevocation, end: RevocationEnd): void => {
    metrics.revocations.inc({ result: end.kind });
    const fields = { event: "certificate.revocation", serial, reason, result: end.kind };
    if (end.kind === "revoked") log.info(fields, "a certificate is revoked");
    else if (end.kind === "failed")
      log.warn({ ...fields, detail: end.detail }, "the CA does not revoke a certificate");
    else if (end.detail !== null)
      log.warn({ ...fields, detail: end.detail }, "a revocation is tried again: the CA is in trouble");
  };
}
