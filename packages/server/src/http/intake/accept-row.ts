import type { DomainBatchRow, RejectedRow } from "@certmill/api";
import { coverNames, type DnsName, type NamePolicy, normaliseName } from "@certmill/domain";
import { Refusal } from "../refusal.ts";

/** A row whose names are in order; whether they are free is not known yet. */
export interface AcceptedRow {
  readonly line: number;
  /** As it was written, for the report. */
  readonly domain: string;
  /** The primary one first. */
  readonly names: readonly [DnsName, ...DnsName[]];
  readonly tenant: string | null;
}

export type RowVerdict =
  | { readonly ok: true; readonly row: AcceptedRow }
  | { readonly ok: false; readonly rejected: RejectedRow };

export interface RowTerms {
  readonly policy: NamePolicy;
  /** The only tenant that rows may be for, and the one they are for by default; null: any. */
  readonly callersTenant: string | null;
  /** Whether proofs can be put into the DNS. */
  readonly wildcards: boolean;
}

/** Normalises and judges one row by itself. */
export function acceptRow(
  { line, domain, aliases = [], tenant }: DomainBatchRow,
  { policy, callersTenant, wildcards }: RowTerms,
): RowVerdict {
  const no = (code: string, reason: string): RowVerdict => ({
    ok: false,
    rejected: { line, domain, code, reason },
  });
  if (callersTenant !== null && tenant !== undefined && tenant !== callersTenant) {
    return no("tenant-not-yours", `The token is for the tenant "${callersTenant}", the row for "${tenant}".`);
  }
  const primary = normaliseName(domain, policy);
  if (!primary.ok) return no(primary.code, primary.reason);
  const others: DnsName[] = [];
  for (const alias of aliases) {
    const other = normaliseName(alias, policy);
    if (!other.ok) return no(other.code, `Alias: ${other.reason}`);
    others.push(other.name);
  }
  const cover = coverNames(primary.name, others);
  if (!cover.ok) return no(cover.code, cover.reason);
  const wildcard = cover.names.find((name) => name.startsWith("*."));
  if (wildcard !== undefined && !wildcards) {
    const reason = `"${wildcard}" needs a proof in the DNS, and there is no DNS provider to write it (certmill dns add); list the names under it instead.`;
    return no("wildcard-not-possible", reason);
  }
  return { ok: true, row: { line, domain, names: cover.names, tenant: tenant ?? callersTenant } };
}

/** For a row that is a request of its own. */
export function refusalOf({ domain, code, reason }: RejectedRow): Refusal {
  if (code === "domain-exists") return new Refusal("domain-exists", reason);
  if (code === "tenant-not-yours") return new Refusal("scope-insufficient", reason);
  return new Refusal("name-refused", `${domain}: ${reason}`, {
    errors: [{ path: "/name", message: reason }],
  });
}

export const namesOf = (rows: readonly AcceptedRow[]): string[] => rows.flatMap(({ names }) => names);

export const tenantsOf = (rows: readonly AcceptedRow[]): string[] => [
  ...new Set(rows.flatMap(({ tenant }) => (tenant === null ? [] : [tenant]))),
];
