/**
 * The one sentence of each finding, with the fix, for whoever has the domain's DNS. A further language is one more
 * table here; the codes and what was expected and found stay as they are.
 */
import { minuteText } from "../time/minute-text.ts";
import {
  type Before,
  type ComparedFinding,
  type Finding,
  type FindingCode,
  isOfCaa,
  isOfProof,
} from "./finding.ts";

/** What a sentence may tell. All texts come from outside: whoever prints them makes them safe. */
type Sentence = (finding: ComparedFinding) => string;
type Catalogue = Readonly<Record<FindingCode, Sentence>>;

const mostListed = 4;

/** `a`, `a or b`, `a, b or c`; of many the first ones. */
function list(items: readonly string[], word: "and" | "or"): string {
  const shown = items.length > mostListed ? items.slice(0, mostListed - 1) : items;
  const last = items.length > mostListed ? `${items.length - shown.length} more` : shown.at(-1);
  const before = items.length > mostListed ? shown : shown.slice(0, -1);
  return before.length === 0 ? (last ?? "") : `${before.join(", ")} ${word} ${last}`;
}

const all = (items: readonly string[]): string => list(items, "and");

/** An address, and what came of asking it. */
const seen = (found: readonly string[]): string => found.join(": ");

const kindOf = (address: string): "A" | "AAAA" => (address.includes(":") ? "AAAA" : "A");

/** `an A record for 192.0.2.1`, as far as it is known what the records should say. */
function recordsFor(expected: readonly string[]): string {
  const first = (kind: "A" | "AAAA"): string[] => expected.filter((address) => kindOf(address) === kind);
  const parts = (["A", "AAAA"] as const)
    .filter((kind) => first(kind).length > 0)
    .map((kind) => `${kind === "A" ? "an A" : "an AAAA"} record to ${list(first(kind), "or")}`);
  return parts.length === 0 ? "a record to this platform" : parts.join(", or ");
}

/** The name, or what it is an alias of. */
const place = ({ name, where }: Finding): string =>
  where === null || where === name ? name : `${name} is an alias (CNAME) of ${where}, which`;

/** Where a name led, and where it leads now. */
function turn({ name, where, found }: Finding, before: Before): string {
  const led =
    before.where === null
      ? `pointed to ${all(before.found)}`
      : `was an alias (CNAME) of ${before.where} (${all(before.found)})`;
  const leads =
    where === null
      ? `points to ${all(found)} now`
      : `is an alias (CNAME) of ${where} now, which points to ${all(found)}`;
  return `${name} ${led} until ${minuteText(before.until)} and ${leads}`;
}

function stray(kind: "A" | "AAAA", version: "IPv4" | "IPv6"): Sentence {
  return (finding) => {
    const { found, expected, where, name } = finding;
    const one = found.length === 1;
    const subject = place(finding);
    const addresses = one ? `an ${version} address (${all(found)})` : `${version} addresses (${all(found)})`;
    const those = `${one ? "that" : "those"} ${kind} ${one ? "record" : "records"}`;
    const target = expected.length === 0 ? "" : ` or point ${one ? "it" : "them"} to ${list(expected, "or")}`;
    const at = where === null || where === name ? "" : ` of ${where}`;
    return `${subject} has ${addresses} that ${one ? "is" : "are"} not ours; remove ${those}${at}${target}.`;
  };
}

const caaAt = ({ where, name }: Finding): string =>
  where === null
    ? name
    : where === name || `*.${where}` === name
      ? where
      : `${where}, which also holds for ${name},`;

const english: Catalogue = {
  "no-name": ({ name, expected }) => `${name} does not exist in DNS; add ${recordsFor(expected)}.`,
  "no-address": ({ name, expected }) => `${name} has no address; add ${recordsFor(expected)}.`,
  "alias-no-address": ({ name, where, expected }) =>
    `${name} is an alias (CNAME) of ${where ?? "a name"}, which has no address; replace the CNAME record by ${recordsFor(expected)}.`,
  "alias-circle": ({ name, found, expected }) =>
    `${name} is an alias (CNAME) that leads in a circle (${all(found)}); replace the CNAME record by ${recordsFor(expected)}.`,
  "alias-too-long": ({ name, found, expected }) =>
    `${name} is an alias (CNAME) of an alias ${found.length} times over; replace the CNAME record by ${recordsFor(expected)}.`,
  "dns-failed": ({ name, where, found }) =>
    `The name servers of ${where ?? name} give no usable answer (${all(found)}); correct them, or the name servers that are set at the registrar.`,
  "dnssec-failed": ({ name, where, found }) =>
    `DNSSEC of ${where ?? name} is broken (${all(found)}); sign the zone anew, or remove its DS record at the registrar.`,
  "address-elsewhere": ({ name, expected, weight }) =>
    weight === "notice"
      ? `${name} is not known to be ours, yet requests arrive here; nothing needs to be changed.`
      : `${name} is not an address of this platform${expected.length === 0 ? "" : `, which has ${list(expected, "and")}`}; remove it, or have its requests for /.well-known/acme-challenge/ led here.`,
  "points-elsewhere": (finding) => {
    const { found, expected, weight, before } = finding;
    const aliased = finding.where !== null;
    const subject = before === null ? `${place(finding)} points to ${all(found)}` : turn(finding, before);
    if (weight === "notice")
      return `${subject}, which is not known to be ours, yet requests arrive here; nothing needs to be changed.`;
    const back = before?.found.some((address) => expected.includes(address)) === true ? " back" : "";
    return `${subject}, which ${found.length === 1 ? "is" : "are"} not ours; ${aliased ? "replace the CNAME record by" : `change that${back} to`} ${recordsFor(expected)}.`;
  },
  "stray-a": stray("A", "IPv4"),
  "stray-aaaa": stray("AAAA", "IPv6"),
  "behind-proxy": ({ name, found }) =>
    `${name} points to a known proxy (${all(found)}); it has to pass on requests for /.well-known/acme-challenge/.`,
  "caa-forbids": (finding) =>
    `The CAA records of ${caaAt(finding)} do not allow ${finding.ca ?? "the certificate authority"}; add ${finding.name.startsWith("*.") ? "an issuewild or issue" : "an issue"} record for ${list(finding.expected, "or")}, or remove them.`,
  "caa-critical": (finding) =>
    `The CAA records of ${caaAt(finding)} have a critical one that no certificate authority knows (${all(finding.found)}); remove it.`,
  "caa-account": (finding) =>
    `The CAA records of ${caaAt(finding)} allow ${finding.ca ?? "the certificate authority"} for another account only; set accounturi to ${finding.expected.length === 0 ? "this platform's account" : all(finding.expected)}, or remove it.`,
  "caa-method": (finding) =>
    `The CAA records of ${caaAt(finding)} allow ${finding.ca ?? "the certificate authority"} by other ways of validation only; add ${all(finding.expected)} to validationmethods, or remove it.`,
  "caa-failed": ({ name, where, found }) =>
    `The CAA records of ${where ?? name} cannot be looked up (${all(found)}), which forbids every certificate; correct its name servers.`,
  "caa-dnssec": ({ name, where, found }) =>
    `DNSSEC of ${where ?? name} is broken (${all(found)}), which forbids every certificate; sign the zone anew, or remove its DS record at the registrar.`,
  "delegation-missing": ({ name, where, found, expected }) => {
    const is = found.length === 0 ? "has no CNAME record" : `leads to ${all(found)}`;
    const fix =
      expected.length === 0
        ? "the platform has to have a zone that takes it (certmill dns add)"
        : `${found.length === 0 ? "set one" : "point its CNAME record"} to ${list(expected, "or")}`;
    return `The proof for ${name} goes to ${where ?? name}, which ${is}; ${fix}.`;
  },
  "delegation-failed": ({ name, where, found }) =>
    `The proof for ${name} goes to ${where ?? name}, which cannot be looked up (${all(found)}); correct the name servers, or those that are set at the registrar.`,
  "zone-missing": ({ name, where }) =>
    `The proof for ${name} goes into the zone ${where ?? name}, which does not exist in DNS; have it delegated to its name servers again, or remove the domain.`,
  "probe-unreachable": ({ name, found }) =>
    `${name} cannot be reached on port 80 (${seen(found)}); open that port, or point the name to this platform.`,
  "probe-timeout": ({ name, found }) =>
    `${name} accepts connections on port 80 and does not answer in time (${seen(found)}); see what stands in the way there.`,
  "probe-broken": ({ name, found }) =>
    `${name} does not answer plain HTTP on port 80 (${seen(found)}); see what listens there.`,
  "probe-status": ({ name, where, found }) =>
    `A request to ${where ?? name} is answered with the status ${found.at(-1) ?? ""}; let /.well-known/acme-challenge/ lead to this platform.`,
  "probe-wrong-answer": ({ name, where, found }) =>
    `A request to ${where ?? name} is answered by another server (${seen(found)}); let /.well-known/acme-challenge/ lead to this platform.`,
  "probe-redirect": ({ name, where, found }) =>
    `${name} redirects in a way that no certificate authority follows (${found.at(-1) ?? ""} at ${where ?? name}); leave /.well-known/acme-challenge/ out of that redirect.`,
  "probe-tls": ({ name, where, found }) =>
    `${name} redirects to ${where ?? "a host"}, whose TLS fails (${found.at(-1) ?? ""}); leave /.well-known/acme-challenge/ out of that redirect.`,
  "probe-target-dns": ({ name, where, found }) =>
    `${name} redirects to ${where ?? "a host"}, which has no address (${found.at(-1) ?? ""}); leave /.well-known/acme-challenge/ out of that redirect.`,
  "probe-unsafe": ({ name, where, found }) =>
    `A request to ${where ?? name} leads to an address that no certificate authority can reach (${found[0] ?? ""}); point it to a public one.`,
};

export const catalogues = { en: english } as const satisfies Record<string, Catalogue>;

export type Language = keyof typeof catalogues;

/** Where it is seen, before what is seen. */
const seenFrom: Readonly<Record<Language, (places: readonly string[]) => string>> = {
  en: (places) => `Seen from ${all(places)} only: `,
};

/** Those whose sentence tells by itself what was before. */
const turns: ReadonlySet<FindingCode> = new Set(["points-elsewhere"]);

/** What was right, behind what is wrong. */
const wasBefore: Readonly<Record<Language, (finding: Finding, before: Before) => string>> = {
  en: (finding, { found, where, until }) => {
    const when = ` Until ${minuteText(until)}`;
    if (isOfCaa(finding))
      return found.length === 0 ? `${when} there were none.` : `${when} they were ${all(found)}.`;
    if (isOfProof(finding)) return `${when} its place was ${all(found)}.`;
    return where === null
      ? `${when} it pointed to ${all(found)}.`
      : `${when} it was an alias (CNAME) of ${where} (${all(found)}).`;
  },
};

/** What is wrong and what to change, in one sentence; with another one, at most, of what was before. */
export function findingSentence(finding: Finding | ComparedFinding, language: Language = "en"): string {
  const compared = "before" in finding ? finding : { ...finding, before: null };
  const { seenFrom: places, before, code } = compared;
  const place = places.length === 0 ? "" : seenFrom[language](places);
  const changed = before === null || turns.has(code) ? "" : wasBefore[language](compared, before);
  return `${place}${catalogues[language][code](compared)}${changed}`;
}
