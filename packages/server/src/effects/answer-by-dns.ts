/** The effects of DNS-01 challenges: where the proofs are to be, writing them, looking whether they are there. */
import { dns01 } from "@certmill/acme";
import {
  type Fault,
  type IssuanceInput,
  type PendingChallenge,
  proofName,
  type RecordPlace,
} from "@certmill/domain";
import { ProviderFault, type TextRecord } from "../dns/dns-provider.ts";
import type { Records } from "../dns/records.ts";

/** @param thumbprint the account key's. */
export const recordOf = ({ token, zone, name }: RecordPlace, thumbprint: string): TextRecord => ({
  zone,
  name,
  text: dns01.value(token, thumbprint),
});

export async function placeRecords(
  challenges: readonly PendingChallenge[],
  records: Records,
  signal: AbortSignal,
): Promise<IssuanceInput> {
  const places: RecordPlace[] = [];
  for (const { type, identifier, token } of challenges) {
    if (type !== "dns-01") continue;
    const placed = await records.place(identifier, signal);
    switch (placed.kind) {
      case "place":
        places.push({ token, zone: placed.zone, name: placed.name });
        break;
      case "not-delegated":
        return fault("dns-delegation-missing", notDelegated(identifier, placed));
      case "unknown":
        return fault("dns-publish", placed.detail);
    }
  }
  return { kind: "placed", records: places };
}

function notDelegated(
  identifier: string,
  { end, target }: { readonly end: string; readonly target: string | null },
): string {
  const name = proofName(identifier);
  const found = end === name ? `${name} has no CNAME record` : `${name} leads to ${end}`;
  const wanted =
    target === null ? "no DNS provider of the platform has a zone for it" : `it has to lead to ${target}`;
  return `${identifier}: ${found}; ${wanted}`;
}

export async function writeRecords(
  written: readonly TextRecord[],
  records: Records,
  signal: AbortSignal,
): Promise<IssuanceInput> {
  try {
    await records.write(written, signal);
    return { kind: "published" };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ProviderFault)) throw error;
    return fault("dns-publish", error.message);
  }
}

const fault = (code: Fault["code"], detail: string): IssuanceInput => ({
  kind: "fault",
  fault: { code, detail, retryAt: null },
});
