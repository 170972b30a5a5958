import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { basename, join } from "node:path";

/** One certificate in the crt-list. */
export interface ListEntry {
  readonly lineageId: string;
  /** Of the PEM file; also what HAProxy calls it at run time. */
  readonly path: string;
  /** The SNI filters, in the order of the lineage's names. */
  readonly names: readonly string[];
}

/**
 * The entry of a lineage for its names; null: none of them can come as SNI (RFC 6066 has no addresses in it).
 * The path is the same for each certificate of these names, and another for other names: a renewal is then one commit
 * in HAProxy, and when names change the new entry is there before the old one goes.
 */
export function entryOf(directory: string, lineageId: string, names: readonly string[]): ListEntry | null {
  const filters = names.filter((name) => isIP(name) === 0);
  if (filters.length === 0) return null;
  return { lineageId, path: join(directory, `${lineageId}.${digestOf(filters)}.pem`), names: filters };
}

/** Whose entry it is; null: the path is none of ours. */
export function lineageOf(directory: string, path: string): string | null {
  const [, lineageId] = /^([\w-]+)\.[0-9a-f]{16}\.pem$/.exec(basename(path)) ?? [];
  return lineageId === undefined || join(directory, basename(path)) !== path ? null : lineageId;
}

/** As a line of a crt-list (configuration manual, section 5.1, `crt-list`), without its end. */
export const lineOf = ({ path, names }: ListEntry): string => `${path} ${names.join(" ")}`;

/** The entry of a line; null: it is none of ours, or not whole, as the path tells what names belong to it. */
export function parseLine(directory: string, line: string): ListEntry | null {
  const [path = "", ...names] = line.split(" ");
  const lineageId = lineageOf(directory, path);
  if (lineageId === null || entryOf(directory, lineageId, names)?.path !== path) return null;
  return { lineageId, path, names };
}

const digestOf = (names: readonly string[]): string =>
  createHash("sha256").update(names.join(" ")).digest("hex").slice(0, 16);
