import { domainToUnicode } from "node:url";
import type { Served } from "./check-served.ts";

export interface ServedRow {
  readonly served: Served;
  /** From the request to the edge's word that it serves; null when it never came. */
  readonly seconds: number | null;
}

const columns = { issuer: 22, expires: 10, time: 7 } as const;

/** One row a domain: domain, issuer, expiry, time from request to served. A failure's reason takes the row's rest. */
export function servedTable(rows: readonly ServedRow[], width: number): string[] {
  const room = Math.max(20, width - columns.issuer - columns.expires - columns.time - 6);
  const widest = Math.max(...rows.map(({ served }) => domainToUnicode(served.name).length), 6);
  const nameWidth = Math.min(room, widest);
  const line = (name: string, issuer: string, expires: string, time: string): string =>
    `${fit(name, nameWidth)}  ${fit(issuer, columns.issuer)}  ${expires.padEnd(columns.expires)}  ${time.padStart(columns.time)}`;
  return [
    line("DOMAIN", "ISSUER", "EXPIRES", "TIME"),
    ...rows.map(({ served, seconds }) =>
      served.ok
        ? line(
            domainToUnicode(served.name),
            served.issuer,
            served.notAfter.toISOString().slice(0, 10),
            seconds === null ? "-" : `${seconds.toFixed(1)} s`,
          )
        : `${fit(domainToUnicode(served.name), nameWidth)}  NOT SERVED: ${served.reason}`,
    ),
  ];
}

const fit = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
