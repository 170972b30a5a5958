/** Which domains a request is about, from its words to the store's. */
import type { DomainFilter as AskedFilter } from "@certmill/api";
import { instant, normaliseName, searchText } from "@certmill/domain";
import type { DomainFilter } from "../store/read/domain-filter.ts";
import { oneFault } from "./refusal.ts";

/**
 * @returns null when no name can be meant: nothing is chosen.
 * @throws {Refusal} `invalid-request` for an instant that is none.
 */
export function domainFilterOf(asked: AskedFilter, tenantId: string | null): DomainFilter | null {
  const { state, tenant, campaign, ca, edgeGroup, failure } = asked;
  const search = asked.search === undefined ? null : searchText(asked.search);
  const prefix = asked.prefix === undefined ? null : searchText(asked.prefix);
  if ((asked.search !== undefined && search === null) || (asked.prefix !== undefined && prefix === null))
    return null;
  return {
    tenantId,
    state: state ?? null,
    tenant: tenant ?? null,
    campaign: campaign ?? null,
    ca: ca ?? null,
    edgeGroup: edgeGroup ?? null,
    failure: failure ?? null,
    expiresAfter: instantOf(asked.expiresAfter, "expiresAfter"),
    expiresBefore: instantOf(asked.expiresBefore, "expiresBefore"),
    prefix,
    search,
    names: asked.names === undefined ? null : asked.names.flatMap(nameOf),
  };
}

function instantOf(text: string | undefined, property: string) {
  if (text === undefined) return null;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw oneFault(property, "It is no instant as RFC 3339 writes it.");
  return instant(at);
}

function nameOf(written: string): string[] {
  const normalised = normaliseName(written, "private");
  return normalised.ok ? [normalised.name] : [];
}
