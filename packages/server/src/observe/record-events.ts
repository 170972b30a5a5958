/** Where a proof that was taken out of the DNS, or that could not be, becomes a log record. */
import type { Logger } from "pino";
import type { DueRecord } from "../store/dns/dns-records.ts";

export function observeRecords(log: Logger) {
  return ({ zone, name }: DueRecord, fault: string | null): void => {
    const fields = { event: "dns.cleaned", zone, name, fault };
    if (fault === null) log.debug(fields, "a proof was taken out of the DNS");
    else log.warn(fields, "a proof could not be taken out of the DNS; it is tried again");
  };
}
