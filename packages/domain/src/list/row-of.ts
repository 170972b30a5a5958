import { cellsOf } from "./cells.ts";
import type { ColumnName, Layout } from "./layout.ts";
import type { Line } from "./line-splitter.ts";

/** What the API's schema takes of a row: one that is beyond it would have its whole batch refused. */
const rowLimits = {
  nameLength: 1_000,
  aliases: 99,
  tenantLength: 100,
  tenantPattern: /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
} as const;

/** One domain of a list. Its names are as they were written: whether they are names is judged by those who take it. */
export interface DomainRow {
  readonly line: number;
  readonly domain: string;
  readonly tenant?: string;
  readonly aliases?: string[];
}

/** A line that is no row. */
export interface RefusedRow {
  readonly line: number;
  /** What stands there, cut short. */
  readonly domain: string;
  /** Stable: reports branch on it. */
  readonly code:
    | "line-too-long"
    | "not-utf-8"
    | "malformed-row"
    | "name-too-long"
    | "tenant-invalid"
    | "too-many-names";
  /** One sentence for the list's owner. */
  readonly reason: string;
}

export type ReadRow =
  | { readonly kind: "row"; readonly row: DomainRow }
  | { readonly kind: "refused"; readonly row: RefusedRow };

/** A line as a row, or why it is none. Null: there is nothing on it. */
export function rowOf({ number: line, text }: Line, layout: Layout): ReadRow | null {
  if (text === null) return refused(line, "", "line-too-long", "The line is too long.");
  if (isSilent(text)) return null;
  if (text.includes("\uFFFD")) {
    return refused(line, text, "not-utf-8", "The line is not UTF-8: save the file as UTF-8.");
  }
  if (layout.kind === "names") return checked({ line, domain: withoutComment(text) });
  const cells = cellsOf(text, layout.delimiter);
  if (cells === null) return refused(line, text, "malformed-row", "The line's quotes do not match.");
  if (cells.slice(layout.columns.length).some((cell) => cell !== "")) {
    const reason = `The line has ${cells.length} cells, the header ${layout.columns.length}.`;
    return refused(line, text, "malformed-row", reason);
  }
  return checked(rowFrom(line, layout.columns, cells));
}

/** An empty line or a comment. */
export const isSilent = (text: string): boolean => /^\s*(?:#|$)/.test(text);

const withoutComment = (text: string): string => text.replace(/\s#.*$/, "").trim();

function rowFrom(line: number, columns: readonly ColumnName[], cells: readonly string[]): DomainRow {
  const cell = (column: ColumnName): string => cells[columns.indexOf(column)] ?? "";
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

function checked(row: DomainRow): ReadRow {
  const { line, domain, tenant = null, aliases = [] } = row;
  if (domain.length > rowLimits.nameLength) {
    return refused(line, domain, "name-too-long", "The domain is longer than any DNS name.");
  }
  if (tenant !== null && !isLabel(tenant)) {
    const reason = "A tenant's name has letters, digits, dots, hyphens and underscores, at most 100.";
    return refused(line, domain, "tenant-invalid", reason);
  }
  if (aliases.length > rowLimits.aliases) {
    const reason = `There are ${aliases.length} aliases; one certificate takes ${rowLimits.aliases}.`;
    return refused(line, domain, "too-many-names", reason);
  }
  if (aliases.some((alias) => alias.length > rowLimits.nameLength)) {
    return refused(line, domain, "name-too-long", "An alias is longer than any DNS name.");
  }
  return { kind: "row", row };
}

const isLabel = (text: string): boolean =>
  text.length <= rowLimits.tenantLength && rowLimits.tenantPattern.test(text);

function refused(line: number, domain: string, code: RefusedRow["code"], reason: string): ReadRow {
  return { kind: "refused", row: { line, domain: domain.slice(0, rowLimits.nameLength), code, reason } };
}
