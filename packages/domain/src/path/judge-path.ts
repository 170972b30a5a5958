/** From what was seen on the way of a challenge to the place where it breaks. */
import { isWithin, parseAddress } from "../check/address.ts";
import { findingSentence } from "../check/catalogue.ts";
import { type Ingress, judgeAddresses, judgeName } from "../check/judge-name.ts";
import type { Lookup } from "../check/name-facts.ts";
import type { Instant } from "../time/instant.ts";
import { challengeSteps } from "./challenge-steps.ts";
import { tlsSteps, toldSteps } from "./pair-steps.ts";
import type { HeldCertificate, HeldTwin, PathFacts, ToldByEdge } from "./path-facts.ts";
import type { PathStep } from "./path-step.ts";

export interface PathContext {
  readonly ingress: Ingress;
  /** Null: the name has no certificate yet. */
  readonly held: HeldCertificate | null;
  readonly twin: HeldTwin;
  readonly told: readonly ToldByEdge[];
  /** Whether the name is proven by DNS-01, which needs no path. */
  readonly byDns: boolean;
  readonly now: Instant;
}

/** In the order of the way: DNS, then each address, then what edges told, then what is seen elsewhere. */
export function judgePath(facts: PathFacts, context: PathContext): readonly PathStep[] {
  const { name } = facts;
  const steps = [
    ...dnsSteps(facts, context.ingress),
    ...facts.ways.flatMap((way) => [...challengeSteps(way), ...tlsSteps(name, way, context)]),
    ...toldSteps(name, context),
    ...vantageSteps(facts, context.ingress),
  ];
  // What is proven by DNS needs none of it: then it is worth to know.
  return context.byDns ? steps.map((step) => (needsPath(step) ? { ...step, state: "note" } : step)) : steps;
}

const needsPath = ({ part, state }: PathStep): boolean =>
  state === "wrong" && (part === "challenge" || part === "vantage");

function dnsSteps(facts: PathFacts, ingress: Ingress): readonly PathStep[] {
  const { ways } = facts;
  const answered = ways.find(({ outcome }) => outcome.kind === "answered");
  const probe = answered === undefined ? null : ({ kind: "answered", address: answered.address } as const);
  const findings = judgeAddresses({ ...facts, probe }, ingress);
  const told = findings.map((finding): PathStep => {
    const state = finding.weight === "fault" ? "wrong" : "note";
    return { ...onName, code: finding.code, state, sentence: findingSentence(finding) };
  });
  if (told.some(({ state }) => state === "wrong")) return told;
  const all = [facts.v4, facts.v6].flatMap(recordsOf).map((text) => `${text} (${placeOf(text, ingress)})`);
  const alias = facts.aliases.at(-1);
  const sentence = `${facts.name} ${alias === undefined ? "has" : `is an alias of ${alias}, which has`} ${all.join(", ")}.`;
  return [{ ...onName, code: "addresses", state: "right", sentence }, ...told];
}

const onName = { part: "dns", address: null, fix: null } as const;

const recordsOf = (lookup: Lookup<string>): readonly string[] =>
  lookup.kind === "found" ? lookup.records : [];

function placeOf(text: string, { ours, proxies }: Ingress): string {
  const address = parseAddress(text);
  if (address !== null && isWithin(address, ours)) return "ours";
  return address !== null && isWithin(address, proxies) ? "a known proxy" : "not known as ours";
}

function vantageSteps({ afar }: PathFacts, ingress: Ingress): readonly PathStep[] {
  return afar.flatMap(({ from, facts }): readonly PathStep[] => {
    const place = { part: "vantage", address: null, fix: null } as const;
    const findings = judgeName(facts, ingress, []);
    if (findings.length === 0 && facts.probe?.kind === "answered") {
      const sentence = `Seen from ${from ?? "here"}: the answer comes back from ${facts.probe.address}.`;
      return [{ ...place, code: "answered", state: "right", sentence }];
    }
    return findings.map((finding) => ({
      ...place,
      code: finding.code,
      state: finding.weight === "fault" ? "wrong" : "note",
      sentence: `Seen from ${from ?? "here"}: ${findingSentence(finding)}`,
    }));
  });
}
