/** What is served there, beside what is held here. */
import type { Instant } from "../time/instant.ts";
import type { HeldCertificate, ToldByEdge, Way } from "./path-facts.ts";
import type { PathStep } from "./path-step.ts";

const mostNames = 3;
const seeAgent =
  "See that the agent beside this proxy runs (certmill edge run), and that the proxy takes what it brings.";

export function tlsStep(
  { address, tls }: Pick<Way, "address" | "tls">,
  {
    name,
    held,
    now,
  }: { readonly name: string; readonly held: HeldCertificate | null; readonly now: Instant },
): PathStep {
  const at = { part: "tls", address } as const;
  const right = { ...at, state: "right", fix: null } as const;
  const wrong = { ...at, state: "wrong", fix: seeAgent } as const;
  const note = { ...at, state: "note", fix: null } as const;
  if (tls.kind === "unasked") return { ...note, code: "busy", sentence: "It was not asked on port 443." };
  if (tls.kind !== "served") {
    const what =
      tls.kind === "unreachable" ? "takes no connection on port 443" : "makes no TLS handshake for it";
    const sentence = `${address} ${what} (${tls.detail}).`;
    return held === null
      ? { ...note, code: "nothing-held", sentence }
      : { ...wrong, code: "not-served", sentence };
  }
  const served = `the certificate ${tls.serial}`;
  if (held === null)
    return {
      ...note,
      code: "nothing-held",
      sentence: `There is none for ${name} yet; it serves one for ${namesOf(tls.names)}.`,
    };
  if (tls.serial === held.serial)
    return tls.notAfter > now
      ? { ...right, code: "served", sentence: `It serves ${served}, which is the one of this server.` }
      : {
          ...wrong,
          code: "served-expired",
          sentence: `It serves ${served}, which has expired.`,
          fix: `certmill domain show ${name} says why it was not renewed.`,
        };
  if (held.earlier.includes(tls.serial))
    return {
      ...wrong,
      code: "served-before",
      sentence: `It still serves ${served}, which is an earlier one: ${held.serial} has not been delivered.`,
    };
  return {
    ...wrong,
    code: "served-other",
    sentence: `It serves another certificate (${tls.serial}, for ${namesOf(tls.names)}) than ${held.serial}.`,
  };
}

function namesOf(names: readonly string[]): string {
  if (names.length === 0) return "no name";
  const more = names.length - mostNames;
  return `${names.slice(0, mostNames).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** What the edges have told of the certificate. */
export function deliverySteps(
  held: HeldCertificate | null,
  told: readonly ToldByEdge[],
): readonly PathStep[] {
  const at = { part: "delivery", address: null } as const;
  if (held === null) return [];
  if (told.length === 0)
    return [
      {
        ...at,
        code: "not-told",
        state: "note",
        sentence: "No edge has told that it serves it.",
        fix: seeAgent,
      },
    ];
  return told.map(toldStep);
}

export function toldStep({ edge, isCurrent, error }: ToldByEdge): PathStep {
  const at = { part: "delivery", address: null } as const;
  if (error !== null)
    return {
      ...at,
      code: "refused-by-edge",
      state: "wrong",
      sentence: `${edge} could not serve it: ${error}.`,
      fix: null,
    };
  if (isCurrent)
    return {
      ...at,
      code: "told",
      state: "right",
      sentence: `${edge} has told that it serves it.`,
      fix: null,
    };
  return {
    ...at,
    code: "not-told",
    state: "note",
    sentence: `${edge} has told of an earlier certificate only.`,
    fix: seeAgent,
  };
}
