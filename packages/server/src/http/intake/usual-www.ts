/** The `www.` that the rows of a campaign get unless the list is to be taken word for word. */
import { coverNames, type DnsName, registeredDomain, withWww } from "@certmill/domain";
import type { Holder } from "../../store/write/add-lineages.ts";
import type { AcceptedRow } from "./accept-row.ts";

/** Of a registered domain; null: it is none, or has it, or could not be in one certificate with it. */
export function usualWww({ names: [name, ...others] }: AcceptedRow): DnsName | null {
  const www = withWww(name);
  if (www === null || others.includes(www) || registeredDomain(name) !== name) return null;
  return coverNames(name, [...others, www]).ok ? www : null;
}

/**
 * Gives registered domains their `www.`, where nobody else has or wants it. The two are one certificate where a tenant
 * lists both. The same rows get the same names when they are sent again.
 *
 * @param holders who holds the rows' names and their usual `www.` now.
 * @param tenants the ids of the tenants there are, by name.
 * @returns `covered`: how many rows are in the certificate of another one, and not among `rows`.
 */
export function addUsualWww(
  rows: readonly AcceptedRow[],
  holders: ReadonlyMap<string, Holder>,
  tenants: ReadonlyMap<string, string>,
): { readonly rows: readonly AcceptedRow[]; readonly covered: number } {
  const listed = Map.groupBy(
    rows.flatMap((row) => row.names.map((name) => ({ name, row }))),
    ({ name }) => name,
  );
  const isFree = (www: DnsName, { names: [name], tenant }: AcceptedRow): boolean => {
    const own = holders.get(name);
    if (own !== undefined) return own.names.includes(www);
    // Of several that list a domain the first has it.
    if (holders.has(www) || listed.get(name)?.[0]?.row.tenant !== tenant) return false;
    const wanted = listed.get(www) ?? [];
    return wanted.every(({ row }) => row.names.length === 1 && row.tenant === tenant);
  };
  const joined = new Map<string, string | null>();
  const withNames = rows.map((row): AcceptedRow => {
    const www = usualWww(row);
    if (www === null || !isFree(www, row)) return row;
    const [name, ...others] = row.names;
    joined.set(www, row.tenant);
    return { ...row, names: [name, ...[...others, www].sort()] };
  });
  const isCovered = ({ names: [name, ...others], tenant }: AcceptedRow): boolean => {
    if (others.length > 0) return false;
    const holder = holders.get(name);
    const isTheirs = holder?.tenantId === (tenant === null ? null : (tenants.get(tenant) ?? null));
    return joined.get(name) === tenant || (isTheirs && name === `www.${holder?.names[0]}`);
  };
  const left = withNames.filter((row) => !isCovered(row));
  return { rows: left, covered: rows.length - left.length };
}
