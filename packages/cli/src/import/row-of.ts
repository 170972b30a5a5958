import type { DomainBatchRow, RejectedRow } from "@certmill/api";
import { cellsOf } from "./cells.ts";
import type { ColumnName, Layout } from "./layout.ts";
import type { Line } from "./read-lines.ts";

/** What the API's schema takes of a row: one that is beyond it would have its whole batch refused. */
const rowLimits = {
  nameLength: 1_000,
  aliases: 99,
  tenantLength: 100,
  tenantPattern: /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
} as const;

export type ReadRow =
  | { readonly kind: "row"; readonly row: DomainBatchRow }
  | { readonly kind: "rejected"; readonly row: RejectedRow };

/** A line as a row for the server, which judges the names; or why it is none. Null: there is nothing on it. */
export function rowOf({ number: line, text }: Line, layout: Layout): ReadRow | null {
  if (text === null) return rejected(line, "", "line-too-long", "The line is too long.");
  if (isSilent(text)) return null;
  if (text.includes("\uFFFD")) {
    return rejected(line, text, "not-utf-8", "The line is not UTF-8: save the file as UTF-8.");
  }
  if (layout.kind === "names") return checked({ line, domain: withoutComment(text) });
  const cells = cellsOf(text, layout.delimiter);
  if (cells === null) return rejected(line, text, "malformed-row", "The line's quotes do not match.");
  const extra = cells.slice(layout.columns.length).some((cell) => cell.trim() !== "");
  if (extra) {
    const reason = `The line has ${cells.length} cells, the header ${layout.columns.length}.`;
    return rejected(line, text, "malformed-row", reason);
  }
  return checked(rowFrom(line, layout.columns, cells));
}

/** An empty line or a comment. */
export const isSilent = (text: string): boolean => /^\s*(?:#|$)/.test(text);

const withoutComment = (text: string): string => text.replace(/\s#.*$/, "").trim();

function rowFrom(line: number, columns: readonly ColumnName[], cells: readonly string[]): DomainBatchRow {
  const cell = (column: ColumnName): string => cells[columns.indexOf(column)]?.trim() ?? "";
  const tenant = cell("tenant");
  const aliases = cell("aliases")
    .split(/[\s;]+/)
    .filter((alias) => alias !== "");
  return {
    line,
    domain: cell("domain"),
    ...(tenant === "" ? {} : { tenant }),
    ...(aliases.length === 0 ? {} : { aliases }),
  };
}

function checked(row: DomainBatchRow): ReadRow {
  const { line, domain, tenant = null, aliases = [] } = row;
  if (domain.length > rowLimits.nameLength) {
    return rejected(line, domain, "name-too-long", "The domain is longer than any DNS name.");
  }
  if (tenant !== null && !isLabel(tenant)) {
    const reason = "A tenant's name has letters, digits, dots, hyphens and underscores, at most 100.";
    return rejected(line, domain, "tenant-invalid", reason);
  }
  if (aliases.length > rowLimits.aliases) {
    const reason = `There are ${aliases.length} aliases; one certificate takes ${rowLimits.aliases}.`;
    return rejected(line, domain, "too-many-names", reason);
  }
  if (aliases.some((alias) => alias.length > rowLimits.nameLength)) {
    return rejected(line, domain, "name-too-long", "An alias is longer than any DNS name.");
  }
  return { kind: "row", row };
}

const isLabel = (text: string): boolean =>
  text.length <= rowLimits.tenantLength && rowLimits.tenantPattern.test(text);

function rejected(line: number, domain: string, code: string, reason: string): ReadRow {
  return { kind: "rejected", row: { line, domain: domain.slice(0, rowLimits.nameLength), code, reason } };
}
