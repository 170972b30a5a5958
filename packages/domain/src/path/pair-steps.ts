/** Both certificates of a pair: each is looked for by a client that verifies it alone. */

import type { Instant } from "../time/instant.ts";
import { deliverySteps, tlsStep, toldStep } from "./delivery-steps.ts";
import type { HeldCertificate, HeldTwin, TlsSeen, ToldByEdge, Way } from "./path-facts.ts";
import type { PathStep } from "./path-step.ts";

interface Held {
  readonly held: HeldCertificate | null;
  readonly twin: HeldTwin;
}

const haveBoth = "docs/keys.md (Pairs) says which proxies serve both, and what is to be set up for it.";

export function tlsSteps(
  name: string,
  way: Way,
  { held, twin, now }: Held & { readonly now: Instant },
): readonly PathStep[] {
  const { address, tls, rsaTls } = way;
  const step = tlsStep(way, { name, held, now });
  // Of a port that nobody listens on it is enough to say so once.
  if (twin === null || twin === "lacking" || rsaTls === null || tls.kind === "unreachable") return [step];
  const rsaStep = ofRsa(tlsStep({ address, tls: rsaTls }, { name, held: twin, now }));
  if (isOneOnly(tls, rsaTls))
    return [
      half(address, "It serves the RSA certificate of the pair only, which all clients verify."),
      rsaStep,
    ];
  if (isOneOnly(rsaTls, tls))
    return [
      step,
      half(
        address,
        "RSA: Clients that verify RSA only are refused: it serves the P-256 certificate of the pair only.",
      ),
    ];
  return [step, rsaStep];
}

const isOneOnly = (lacking: TlsSeen, other: TlsSeen): boolean =>
  lacking.kind === "failed" && other.kind === "served";

const half = (address: string, sentence: string): PathStep => ({
  part: "tls",
  code: "half-served",
  state: "note",
  address,
  sentence,
  fix: haveBoth,
});

const ofRsa = (step: PathStep): PathStep => ({ ...step, sentence: `RSA: ${step.sentence}` });

/** What edges have told of the one, and then of the other. */
export function toldSteps(
  name: string,
  { held, twin, told }: Held & { readonly told: readonly ToldByEdge[] },
): readonly PathStep[] {
  const ofOne = told.filter(({ ofTwin }) => !ofTwin);
  const steps = deliverySteps(held, ofOne);
  if (held === null || twin === null) return steps;
  const note = { part: "delivery", state: "note", address: null } as const;
  if (twin === "lacking") {
    const fix = `certmill domain show ${name} says why, in its line RSA.`;
    return [
      ...steps,
      { ...note, code: "half-held", sentence: "Of the pair there is no RSA certificate yet.", fix },
    ];
  }
  const ofOther = told.filter(({ ofTwin }) => ofTwin);
  const silent = ofOne.filter(
    ({ edge, error }) => error === null && !ofOther.some((each) => each.edge === edge),
  );
  return [
    ...steps,
    ...ofOther.map((each) => ofRsa(toldStep(each))),
    ...silent.map(({ edge }): PathStep => {
      const sentence = `RSA: ${edge} has told of the P-256 certificate only.`;
      return { ...note, code: "half-told", sentence, fix: haveBoth };
    }),
  ];
}
