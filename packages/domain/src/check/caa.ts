/**
 * Whether CAA records let a CA issue: RFC 8659, with the parameters of RFC 8657. The records are those of the closest
 * name that has any, see `climbingOrder`.
 */

export interface CaaRecord {
  /** Bit 7 (128): a CA that does not know the tag must not issue. */
  readonly flags: number;
  readonly tag: string;
  readonly value: string;
}

/** What a CA would be asked for. */
export interface CaaWish {
  /** What CAA records call the CA, such as `letsencrypt.org`. */
  readonly identities: readonly string[];
  /** The account's URL at the CA; null: none yet. */
  readonly accountUri: string | null;
  /** Such as `http-01`. */
  readonly method: string;
  readonly wildcard: boolean;
}

/** - `critical`: a critical record that CAs do not know. - `account`, `method`: the CA is named, but for others only. */
export type CaaVerdict = "allowed" | "forbidden" | "critical" | "account" | "method";

/**
 * The names whose CAA records are looked for, in this order, until one has some: the name itself, then its parents up
 * to the top-level domain (RFC 8659 section 3). An alias is followed by each look-up, and not climbed from.
 */
export function climbingOrder(name: string): string[] {
  const labels = name.split(".");
  return labels.map((_, index) => labels.slice(index).join("."));
}

const critical = 128;
/** Those that CAs know, though only two of them are about DNS names. */
const knownTags = new Set([
  "issue",
  "issuewild",
  "iodef",
  "issuemail",
  "issuevmc",
  "contactemail",
  "contactphone",
]);

export function judgeCaa(records: readonly CaaRecord[], wish: CaaWish): CaaVerdict {
  const tagged = records.map((record) => ({ ...record, tag: record.tag.toLowerCase() }));
  if (tagged.some(({ flags, tag }) => (flags & critical) !== 0 && !knownTags.has(tag))) return "critical";
  const deciding = decidingRecords(tagged, wish.wildcard);
  // Records that say nothing of issuing forbid nothing.
  if (deciding.length === 0) return "allowed";
  const verdicts = new Set(deciding.map(({ value }) => judgeValue(value, wish)));
  const best = (["allowed", "account", "method"] as const).find((verdict) => verdicts.has(verdict));
  return best ?? "forbidden";
}

function decidingRecords(records: readonly CaaRecord[], wildcard: boolean): readonly CaaRecord[] {
  const ofTag = (tag: string): CaaRecord[] => records.filter((record) => record.tag === tag);
  const wild = wildcard ? ofTag("issuewild") : [];
  return wild.length > 0 ? wild : ofTag("issue");
}

function judgeValue(value: string, wish: CaaWish): Exclude<CaaVerdict, "critical"> {
  const parsed = parseIssueValue(value);
  if (parsed === null || !wish.identities.some((identity) => identity.toLowerCase() === parsed.issuer))
    return "forbidden";
  const { parameters } = parsed;
  const accounts = valuesOf(parameters, "accounturi");
  // More than one cannot be met (RFC 8657 section 3).
  if (accounts.length > 0 && !(accounts.length === 1 && accounts[0] === wish.accountUri)) return "account";
  const methods = valuesOf(parameters, "validationmethods");
  const isListed = methods.length === 1 && methods[0]?.split(",").includes(wish.method);
  return methods.length === 0 || isListed === true ? "allowed" : "method";
}

type Parameters = readonly (readonly [string, string])[];

const valuesOf = (parameters: Parameters, tag: string): string[] =>
  parameters.filter(([key]) => key === tag).map(([, value]) => value);

const issuerName = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const parameter = /^([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)[ \t]*=[ \t]*([\x21-\x3a\x3c-\x7e]*)$/i;

/** RFC 8659 section 4.2; null for a value that is not of that form, which allows nobody. */
function parseIssueValue(value: string): { issuer: string; parameters: Parameters } | null {
  const [first = "", ...rest] = value.split(";").map((part) => part.replace(/^[ \t]+|[ \t]+$/g, ""));
  const issuer = first.toLowerCase();
  if (!issuerName.test(issuer)) return null;
  // A semicolon may end the value.
  const texts = rest.at(-1) === "" ? rest.slice(0, -1) : rest;
  const parameters = texts.map((text) => parameter.exec(text));
  if (parameters.includes(null)) return null;
  return {
    issuer,
    parameters: parameters.map((match) => [(match?.[1] ?? "").toLowerCase(), match?.[2] ?? ""] as const),
  };
}
