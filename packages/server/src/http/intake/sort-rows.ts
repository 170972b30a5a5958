import type { RejectedRow } from "@certmill/api";
import type { Holder, WantedLineage } from "../../store/write/add-lineages.ts";
import type { AcceptedRow } from "./accept-row.ts";

export interface SortedRows {
  readonly fresh: readonly WantedLineage[];
  readonly unchanged: number;
  readonly rejected: readonly RejectedRow[];
}

/**
 * Sorts rows into those to add, those that stand already (the same names for the same tenant, in the
 * database or earlier in the batch) and those whose names another domain has.
 *
 * @param holders who holds which name now.
 * @param tenants the ids of the tenants there are, by name.
 */
export function sortRows(
  rows: readonly AcceptedRow[],
  holders: ReadonlyMap<string, Holder>,
  tenants: ReadonlyMap<string, string>,
): SortedRows {
  const taken = new Map<string, AcceptedRow>();
  const fresh: WantedLineage[] = [];
  const rejected: RejectedRow[] = [];
  let unchanged = 0;
  for (const row of rows) {
    const tenantId = row.tenant === null ? null : (tenants.get(row.tenant) ?? null);
    const [name] = row.names;
    const holder = holders.get(name);
    const earlier = taken.get(name);
    const held = row.names.find((each) => holders.has(each));
    const repeated = row.names.find((each) => taken.has(each));
    if (holder !== undefined && holder.tenantId === tenantId && isSame(holder.names, row.names)) unchanged++;
    else if (held !== undefined) rejected.push(reject(row, "domain-exists", `${held} is covered already.`));
    else if (earlier !== undefined && earlier.tenant === row.tenant && isSame(earlier.names, row.names))
      unchanged++;
    else if (repeated !== undefined) {
      const line = taken.get(repeated)?.line;
      rejected.push(
        reject(row, "duplicate-in-batch", `${repeated} is in line ${line} already, with other names.`),
      );
    } else {
      fresh.push({ names: row.names, tenantId });
      for (const each of row.names) taken.set(each, row);
    }
  }
  return { fresh, unchanged, rejected };
}

/** Both begin with the primary name and go on in ascending order. */
const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, index) => name === b[index]);

const reject = ({ line, domain }: AcceptedRow, code: string, reason: string): RejectedRow => ({
  line,
  domain,
  code,
  reason,
});
