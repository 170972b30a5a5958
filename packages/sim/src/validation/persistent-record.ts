import { type Instant, instant } from "@certmill/domain";

/** Whom a persistent record must be for. */
export interface PersistentRecordWanted {
  readonly issuer: string;
  readonly accountUrl: string;
  /** Not for the name itself, but for its `*.`. */
  readonly wildcard: boolean;
  readonly now: Instant;
}

/**
 * Why a text is no record that lets the account speak for its name, or `null`: draft-ietf-acme-dns-persist, which
 * has the syntax of CAA's issue-value (RFC 8659 section 4.2). Parameters it does not know are let pass.
 */
export function persistentRecordFault(text: string, wanted: PersistentRecordWanted): string | null {
  const [issuer = "", ...written] = text.split(";").map((part) => part.trim());
  if (issuer.toLowerCase() !== wanted.issuer) return "the record is for another issuer";
  const parameters = new Map<string, string>();
  for (const each of written.filter((part) => part !== "")) {
    const [, tag, value] = /^([A-Za-z0-9]+)\s*=\s*([\x21-\x7e]*)$/.exec(each) ?? [];
    if (tag === undefined || value === undefined) return "a parameter of the record is malformed";
    if (parameters.has(tag.toLowerCase())) return `the record has ${tag} twice`;
    parameters.set(tag.toLowerCase(), value);
  }
  if (parameters.get("accounturi") !== wanted.accountUrl) return "the record is for another account";
  const until = parameters.get("persistuntil");
  if (until !== undefined && !/^\d{1,12}$/.test(until)) return "persistUntil of the record is malformed";
  if (until !== undefined && instant(Number(until) * 1_000) < wanted.now) return "the record has expired";
  if (wanted.wildcard && parameters.get("policy")?.toLowerCase() !== "wildcard")
    return "the record does not allow wildcards";
  return null;
}
