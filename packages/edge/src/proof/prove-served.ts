import { isIP } from "node:net";
import { pause } from "../flow/pause.ts";
import type { Served } from "../holding/holding.ts";
import { plainSerial, shakeHands, type TlsAddress, type Verifies } from "./handshake.ts";

/** Reasons are clauses. */
export type Proof =
  | { readonly kind: "proved" }
  /** The proxy serves another certificate for one of the names. */
  | { readonly kind: "another"; readonly reason: string }
  | { readonly kind: "unreachable"; readonly reason: string };

/** Names of one certificate that a handshake is made for: a pack of a hundred names is loaded as one. */
const mostNames = 10;

export interface ProofPlace extends TlsAddress {
  /** Milliseconds for which another certificate may still be served. */
  readonly patience: number;
  /** By what clients it is to be seen. */
  readonly verifies: Verifies;
}

/** Looks at most before patience is at its end: each is a handshake. */
const mostLooks = 40;

/** Shows by handshakes that a certificate is served for its names, or what is served instead; never throws. */
export async function proveServed(at: ProofPlace, served: Served, signal: AbortSignal): Promise<Proof> {
  for (const name of served.names.slice(0, mostNames)) {
    const proof = await proveName(at, { name, serial: plainSerial(served.serial) }, signal);
    if (proof.kind !== "proved") return proof;
  }
  return { kind: "proved" };
}

async function proveName(
  at: ProofPlace,
  { name, serial }: { readonly name: string; readonly serial: string },
  signal: AbortSignal,
): Promise<Proof> {
  const giveUpAt = Date.now() + at.patience;
  // A wildcard is no host; any label in its place is as good.
  const host = name.replace(/^\*\./, "certmill-proof.");
  // Nobody names an address in a handshake: a proxy chooses by the one that a client comes to.
  const place = isIP(name) === 0 ? at : { ...at, host: name };
  for (;;) {
    const handshake = await shakeHands(place, host, signal);
    if (handshake.kind === "served" && handshake.serial === serial) return { kind: "proved" };
    if (signal.aborted || Date.now() >= giveUpAt) {
      const address = `${place.host.includes(":") ? `[${place.host}]` : place.host}:${place.port}`;
      return handshake.kind === "served"
        ? {
            kind: "another",
            reason: `${address} serves serial ${handshake.serial} for ${host}, not ${serial}`,
          }
        : {
            kind: "unreachable",
            reason: `no certificate was shown for ${host} at ${address}: ${handshake.reason}`,
          };
    }
    await pause(at.patience / mostLooks, signal);
  }
}
