import { domainToUnicode } from "node:url";
import { tableText } from "../../packages/cli/src/terminal/table.ts";
import type { Served } from "./check-served.ts";

export interface ServedRow {
  readonly served: Served;
  /** From the request to the edge's word that it serves; null when it never came. */
  readonly seconds: number | null;
}

type Good = ServedRow & { readonly served: { readonly ok: true } };

const longestIssuer = 22;

const shortened = (text: string): string =>
  text.length > longestIssuer ? `${text.slice(0, longestIssuer - 1)}…` : text;

/** One row for each domain that is served; then a line with the reason for each that is not. */
export function servedText(rows: readonly ServedRow[], width: number): string {
  const good = rows.filter((row): row is Good => row.served.ok);
  const table = tableText<Good>(
    [
      { head: "Domain", cell: ({ served }) => domainToUnicode(served.name) },
      { head: "Issuer", cell: ({ served }) => shortened(served.issuer) },
      { head: "Expires", cell: ({ served }) => served.notAfter.toISOString().slice(0, 10) },
      {
        head: "Time",
        cell: ({ seconds }) => (seconds === null ? "-" : `${seconds.toFixed(1)} s`),
        align: "right",
      },
    ],
    good,
    width,
  );
  const reasons = rows.flatMap(({ served }) =>
    served.ok ? [] : [`NOT SERVED  ${domainToUnicode(served.name)}: ${served.reason}`],
  );
  return [table, ...reasons].join("\n");
}
