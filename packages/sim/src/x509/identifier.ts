/** What a certificate can be for: a DNS name or an IP address, spelled as ACME does (RFC 8555, RFC 8738). */
export interface Identifier {
  readonly type: "dns" | "ip";
  readonly value: string;
}

/** One text per identifier, for comparing and for keys of maps. */
export const identifierKey = ({ type, value }: Identifier): string => `${type}:${value}`;

/** One text per set of identifiers, whatever their order. */
export const identifierSetKey = (identifiers: readonly Identifier[]): string =>
  [...new Set(identifiers.map(identifierKey))].sort().join(",");
