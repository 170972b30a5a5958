/** From what was seen of a name to what is wrong with it, the most telling first. */
import { proofName } from "../name/delegation.ts";
import { withoutWildcard } from "../name/dns-name.ts";
import { isIpName } from "../name/ip-name.ts";
import { type AddressRange, addressText, isOneAddress, isWithin, parseAddress } from "./address.ts";
import { judgeCaa } from "./caa.ts";
import { caaTexts } from "./caa-texts.ts";
import type { Finding, FindingCode } from "./finding.ts";
import { cutFound, findingCodes } from "./finding.ts";
import type { Lookup, NameFacts, ProbeFailure } from "./name-facts.ts";

/** Where names are to lead. */
export interface Ingress {
  /** The operator's own addresses. */
  readonly ours: readonly AddressRange[];
  /** Of proxies that may stand before them (a CDN's): what is behind, only the probe can tell. */
  readonly proxies: readonly AddressRange[];
}

export interface CaForCheck {
  readonly name: string;
  /** Empty: it takes no notice of CAA, such as a private CA. */
  readonly caaIdentities: readonly string[];
  readonly accountUri: string | null;
}

export interface NamesToCheck {
  /** All of a certificate. */
  readonly names: readonly string[];
  /** Those of them that are going to be proven by DNS-01. */
  readonly byDns: readonly string[];
  /** Those of them that are going to be proven by TLS-ALPN-01. */
  readonly byTls: readonly string[];
}

/** @param cas those that may have the order. */
export function judgeName(facts: NameFacts, ingress: Ingress, cas: readonly CaForCheck[]): Finding[] {
  const caa = judgeCas(facts, cas);
  if (facts.challenge === "dns-01") return [...judgeProof(facts), ...caa];
  const addresses = judgeAddresses(facts, ingress);
  const probe = addresses.some(({ weight }) => weight === "fault") ? [] : judgeProbe(facts);
  return [...addresses, ...caa, ...probe].toSorted(
    (a, b) => Number(a.weight === "notice") - Number(b.weight === "notice"),
  );
}

/** What the faults among findings rest on; `none`: there is no fault. DNS outweighs the probe. */
export type Evidence = "none" | "probe" | "dns";

export function evidenceOf(findings: readonly Pick<Finding, "code" | "weight">[]): Evidence {
  const faults = findings.filter(({ weight }) => weight === "fault");
  if (faults.length === 0) return "none";
  return faults.some(({ code }) => findingCodes[code] === "dns") ? "dns" : "probe";
}

type Told = Partial<Omit<Finding, "code" | "name">>;

const finding = (code: FindingCode, facts: Pick<NameFacts, "name">, told: Told = {}): Finding => ({
  weight: "fault",
  where: null,
  expected: [],
  ca: null,
  seenFrom: [],
  ...told,
  found: cutFound(told.found ?? []),
  code,
  name: facts.name,
});

type AddressFacts = Pick<NameFacts, "name" | "aliases" | "aliasEnd" | "v4" | "v6">;

/** Whether a name has addresses and all of them are right, whatever else there is to check. */
export const leadsHere = (facts: AddressFacts, ingress: Ingress): boolean =>
  judgeAddresses({ ...facts, probe: null }, ingress).every(({ weight }) => weight !== "fault");

export function judgeAddresses(facts: AddressFacts & Pick<NameFacts, "probe">, ingress: Ingress): Finding[] {
  const { aliases, aliasEnd } = facts;
  const expected = singleAddresses(ingress.ours);
  if (aliasEnd === "circle") return [finding("alias-circle", facts, { found: aliases, expected })];
  if (aliasEnd === "too-long") return [finding("alias-too-long", facts, { found: aliases, expected })];
  const v4 = sorted(facts.v4, ingress);
  const v6 = sorted(facts.v6, ingress);
  if (v4.length + v6.length === 0) return [absence(facts, expected)];
  const strays = [...v6, ...v4].filter(({ place }) => place === "elsewhere");
  const where = aliases.at(-1) ?? null;
  if (strays.length === v4.length + v6.length) {
    // Something that we do not know leads here, and will lead a CA here too.
    const weight = facts.probe?.kind === "answered" ? "notice" : "fault";
    if (isIpName(facts.name)) return [finding("address-elsewhere", facts, { weight, expected })];
    return [finding("points-elsewhere", facts, { weight, where, expected, found: texts(strays) })];
  }
  return [
    ...strayFindings("stray-aaaa", v6, 6),
    ...strayFindings("stray-a", v4, 4),
    ...proxyFindings([...v6, ...v4]),
  ];

  function strayFindings(code: "stray-a" | "stray-aaaa", of: readonly Sorted[], version: 4 | 6): Finding[] {
    const found = texts(of.filter(({ place }) => place === "elsewhere"));
    const wanted = singleAddresses(ingress.ours.filter((range) => range.version === version));
    return found.length === 0 ? [] : [finding(code, facts, { where, expected: wanted, found })];
  }

  function proxyFindings(all: readonly Sorted[]): Finding[] {
    const found = texts(all.filter(({ place }) => place === "proxy"));
    return found.length === 0 ? [] : [finding("behind-proxy", facts, { weight: "notice", where, found })];
  }
}

interface Sorted {
  readonly text: string;
  readonly place: "ours" | "proxy" | "elsewhere";
}

function sorted(lookup: Lookup<string>, { ours, proxies }: Ingress): Sorted[] {
  if (lookup.kind !== "found") return [];
  return lookup.records.map((record) => {
    const address = parseAddress(record);
    if (address === null) return { text: record, place: "elsewhere" };
    const place = isWithin(address, ours) ? "ours" : isWithin(address, proxies) ? "proxy" : "elsewhere";
    return { text: addressText(address), place };
  });
}

const texts = (addresses: readonly Sorted[]): string[] => addresses.map(({ text }) => text);

/** What a record can be pointed to: a whole range is no address. */
const singleAddresses = (ranges: readonly AddressRange[]): string[] =>
  ranges.filter(isOneAddress).map(({ version, first }) => addressText({ version, value: first }));

/** Why there is no address; a failure of one of the two questions is told before an absence by the other. */
function absence(facts: AddressFacts, expected: readonly string[]): Finding {
  const { v4, v6, aliases } = facts;
  const where = aliases.at(-1) ?? null;
  for (const { kind, detail } of [v4, v6].filter((lookup) => "detail" in lookup)) {
    return finding(kind === "dnssec" ? "dnssec-failed" : "dns-failed", facts, { where, found: [detail] });
  }
  if (where !== null) return finding("alias-no-address", facts, { where, expected });
  return finding(v4.kind === "no-name" ? "no-name" : "no-address", facts, { expected });
}

function judgeCas(facts: NameFacts, cas: readonly CaForCheck[]): Finding[] {
  const { caa } = facts;
  const heeding = cas.filter(({ caaIdentities }) => caaIdentities.length > 0);
  if (caa.kind === "absent" || heeding.length === 0) return [];
  // A CA that does not heed CAA may still have the order.
  const spared = heeding.length < cas.length;
  if (caa.kind !== "set") {
    const code = caa.kind === "dnssec" ? "caa-dnssec" : "caa-failed";
    const where = caa.at === withoutWildcard(facts.name) ? null : caa.at;
    return [finding(code, facts, { where, found: [caa.detail], weight: spared ? "notice" : "fault" })];
  }
  const { at, records } = caa;
  const found = caaTexts(records);
  const wildcard = facts.name.startsWith("*.");
  const method = facts.challenge;
  const refusals = heeding.flatMap((ca): Finding[] => {
    const { caaIdentities: identities, accountUri } = ca;
    const verdict = judgeCaa(records, { identities, accountUri, method, wildcard });
    if (verdict === "allowed") return [];
    const told = { where: at, found, ca: ca.name };
    switch (verdict) {
      case "forbidden":
        return [finding("caa-forbids", facts, { ...told, expected: identities })];
      case "critical":
        return [finding("caa-critical", facts, told)];
      case "account":
        return [
          finding("caa-account", facts, { ...told, expected: accountUri === null ? [] : [accountUri] }),
        ];
      case "method":
        return [finding("caa-method", facts, { ...told, expected: [method] })];
    }
  });
  const someMay = spared || refusals.length < heeding.length;
  return someMay ? refusals.map((refusal) => ({ ...refusal, weight: "notice" as const })) : refusals;
}

function judgeProof(facts: NameFacts): Finding[] {
  const { name, proof } = facts;
  if (proof === null) return [];
  const where = proofName(name);
  switch (proof.kind) {
    case "ours":
      return [];
    case "elsewhere": {
      const expected = proof.target === null ? [] : [proof.target];
      return [
        finding("delegation-missing", facts, {
          where,
          expected,
          found: proof.name === where ? [] : [proof.name],
        }),
      ];
    }
    case "no-zone":
      return [finding("zone-missing", facts, { where: proof.zone })];
    case "failed":
      return [finding("delegation-failed", facts, { where, found: [proof.detail] })];
  }
}

const probeCodes: Readonly<Record<ProbeFailure, FindingCode>> = {
  unreachable: "probe-unreachable",
  timeout: "probe-timeout",
  broken: "probe-broken",
  status: "probe-status",
  "wrong-answer": "probe-wrong-answer",
  redirect: "probe-redirect",
  tls: "probe-tls",
  "target-dns": "probe-target-dns",
  unsafe: "probe-unsafe",
};

function judgeProbe(facts: NameFacts): Finding[] {
  const { probe } = facts;
  if (probe === null || probe.kind === "answered") return [];
  const { kind, url, address, detail } = probe;
  const found = [...(address === null ? [] : [address]), detail];
  const expected = kind === "status" ? ["200"] : [];
  return [finding(probeCodes[kind], facts, { where: url, found, expected })];
}
