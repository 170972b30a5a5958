import { isIP } from "node:net";
import { type ProblemDocument, problemDocument, Refusal } from "../problem.ts";
import { canonicalAddress } from "../x509/address-bytes.ts";
import { type Identifier, identifierKey } from "../x509/identifier.ts";

const FORBIDDEN =
  "The ACME server refuses to issue a certificate for this domain name, because it is forbidden by policy";

/** Whether this CA never issues for a DNS name. */
export type IsBlocked = (name: string) => boolean;

/** @returns true for these names, in any case, and for all below them. */
export function blockedNames(names: readonly string[]): IsBlocked {
  const blocked = new Set(names.map((name) => name.toLowerCase()));
  return (name) => {
    const labels = name.split(".");
    return blocked.size > 0 && labels.some((_, index) => blocked.has(labels.slice(index).join(".")));
  };
}

/**
 * The identifiers of a newOrder payload: lower case, each once.
 *
 * @throws Refusal malformed, unsupportedIdentifier or rejectedIdentifier (RFC 8555 section 7.4); with
 *   subproblems (section 6.7.1) when several are refused, as Boulder does, or when one is blocked.
 */
export function parseIdentifiers(value: unknown, isBlocked: IsBlocked): readonly Identifier[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new Refusal("malformed", "NewOrder request did not specify any identifiers");
  }
  const parsed = value.map(parseIdentifier);
  const identifiers = [...new Map(parsed.map((each) => [identifierKey(each), each])).values()];
  refuseRejected(identifiers, isBlocked);
  return identifiers;
}

function parseIdentifier(entry: unknown): Identifier {
  if (typeof entry !== "object" || entry === null || !("type" in entry) || !("value" in entry)) {
    throw new Refusal("malformed", "NewOrder request included an identifier without type or value");
  }
  const { type, value } = entry;
  if (typeof value !== "string" || value === "") {
    throw new Refusal("malformed", "NewOrder request included empty identifier");
  }
  if (type === "dns") return { type, value: value.toLowerCase() };
  if (type !== "ip") {
    const text = `type ${JSON.stringify(type)}, value ${JSON.stringify(value)}`;
    throw new Refusal("unsupportedIdentifier", `NewOrder request included unsupported identifier: ${text}`);
  }
  if (isIP(value) === 0) throw new Refusal("malformed", `Cannot issue for "${value}": IP address is invalid`);
  return { type, value: canonicalAddress(value) };
}

function refuseRejected(identifiers: readonly Identifier[], isBlocked: IsBlocked): void {
  const problems = identifiers.flatMap((identifier): NonNullable<ProblemDocument["subproblems"]> => {
    const { type, value } = identifier;
    const fault = type === "dns" ? (nameFault(value) ?? (isBlocked(value) ? FORBIDDEN : null)) : null;
    if (fault === null) return [];
    const detail = `Cannot issue for "${identifier.value}": ${fault}`;
    return [{ ...problemDocument("rejectedIdentifier", detail), identifier }];
  });
  const [first] = problems;
  if (first === undefined) return;
  const blocked = identifiers.some(({ type, value }) => type === "dns" && isBlocked(value));
  if (problems.length === 1 && !blocked) throw new Refusal("rejectedIdentifier", first.detail);
  const more = ` (and ${problems.length - 1} more problems. Refer to sub-problems for more information.)`;
  const detail = problems.length === 1 ? first.detail : first.detail + more;
  throw new Refusal("rejectedIdentifier", detail, { subproblems: problems });
}

/** What is wrong with a DNS name, or `null`. Any top-level domain is taken, as private CAs do. */
function nameFault(name: string): string | null {
  const base = name.startsWith("*.") ? name.slice(2) : name;
  if (base.includes("*"))
    return "Domain name contains an invalid wildcard. A wildcard is only permitted before the first dot";
  if (!/^[a-z0-9.-]+$/.test(base)) return "Domain name contains an invalid character";
  if (name.length > 253) return "Domain name is longer than 253 bytes";
  if (base.endsWith(".")) return "Domain name ends in a dot";
  if (isIP(base) !== 0) return "The ACME server can not issue a certificate for an IP address as a DNS name";
  const labels = base.split(".");
  if (labels.some((label) => label.length === 0)) return "Domain name has an empty label";
  if (labels.some((label) => label.length > 63)) return "Domain has a label longer than 63 bytes";
  if (labels.some((label) => label.startsWith("-") || label.endsWith("-"))) {
    return "Domain name contains a label that begins or ends with a hyphen";
  }
  // WHATWG's URL reads such a name as an IPv4 address, so nobody could be asked there.
  if (!URL.canParse(`http://${base}/`)) return "Domain name ends in a number";
  return null;
}

/** @throws Refusal malformed for too many, or a name that a wildcard among them covers. */
export function refuseTogether(identifiers: readonly Identifier[], most: number): void {
  if (identifiers.length > most) {
    throw new Refusal("malformed", `Order cannot contain more than ${most} identifiers`);
  }
  const names = new Set(identifiers.map(({ value }) => value));
  for (const { type, value } of identifiers) {
    const wildcard = `*.${value.slice(value.indexOf(".") + 1)}`;
    if (type === "dns" && wildcard !== value && names.has(wildcard)) {
      const detail = `Domain name "${value}" is redundant with a wildcard domain in the same request. Remove one or the other from the certificate request.`;
      throw new Refusal("malformed", detail);
    }
  }
}
