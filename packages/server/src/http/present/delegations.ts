import type { Domain } from "@certmill/api";
import { delegationTarget, namesByDns, proofName } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { findDelegationZone, findZone } from "../../store/dns/dns-zones.ts";
import type { DomainRow } from "../../store/read/domains.ts";

/** The CNAME records that a lineage's names need, as their proofs go into no zone that we may write. */
export async function delegationsOf(
  db: Db,
  { names, challenge, state }: Pick<DomainRow, "names" | "challenge" | "state">,
): Promise<Domain["delegations"]> {
  if (state === "removed") return [];
  const needed: string[] = [];
  for (const name of namesByDns(names, challenge))
    if ((await findZone(db, proofName(name))) === null) needed.push(name);
  if (needed.length === 0) return [];
  const zone = await findDelegationZone(db);
  return needed.map((name) => ({
    name: proofName(name),
    target: zone === null ? null : delegationTarget(name, zone),
  }));
}
