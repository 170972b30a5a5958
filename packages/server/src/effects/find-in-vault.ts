/** Looks for a certificate in Vault: a few reads by path, never a list. */
import { type Duration, sameNames, seconds } from "@certmill/domain";
import {
  type Assembled,
  certificateInTexts,
  entryName,
  readEntry,
  Unusable,
  type VaultLogin,
  type VaultPlace,
  VaultSession,
} from "@certmill/stores";
import type { Clock } from "../clock.ts";
import type { ClaimedLook, RefusedEntry } from "../store/vault-looks.ts";
import { Circuit } from "./circuit.ts";

/** Where is looked. */
export interface VaultPrefix extends Pick<VaultPlace, "address" | "namespace"> {
  readonly login: VaultLogin;
  /** Of a key-value store, version 2. */
  readonly mount: string;
  readonly prefix: string;
  /** How long somebody waits for it at most. */
  readonly timeout: Duration;
}

export interface FoundInVault extends Pick<Assembled, "chainPem" | "keyPem"> {
  readonly kind: "found";
  /** Its path in Vault. */
  readonly place: string;
}

export type VaultFinding =
  | FoundInVault
  | { readonly kind: "absent" }
  | ({ readonly kind: "refused" } & RefusedEntry)
  /** A clause says why. */
  | { readonly kind: "away"; readonly reason: string }
  /** Vault has just failed: it was not asked. */
  | { readonly kind: "spared" };

/** Looks for whoever has these names. It has a deadline of its own. @throws the signal's reason. */
export type FindInVault = (
  look: Pick<ClaimedLook, "lineageId" | "names" | "twinOf">,
  signal: AbortSignal,
) => Promise<VaultFinding>;

/** So long nobody asks after Vault has failed. */
const pause = seconds(30);

/** By its primary name first; an entry may be called after another of them. */
const mostNames = 3;

/** @param caPem the CA of Vault's certificate; null: those that Node knows. */
export function findInVault(
  where: VaultPrefix,
  { caPem, clock }: { readonly caPem: string | null; readonly clock: Pick<Clock, "now"> },
): FindInVault {
  const { address, namespace, login, timeout } = where;
  const place: VaultPlace = { address, namespace, caPem, patience: { deadline: timeout, busy: 0 } };
  const session = new VaultSession(place, login);
  const circuit = new Circuit(clock, pause);
  return async (look, signal) => {
    const ask = async (): Promise<VaultFinding> => {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
      const answer = await find(look, { where, session, clock, signal: limited });
      signal.throwIfAborted();
      if (answer.kind !== "away" || !limited.aborted) return answer;
      return { kind: "away", reason: `Vault at ${address.origin} did not answer in time` };
    };
    const finding = await circuit.ask(ask, ({ kind }) => kind === "away");
    return finding ?? { kind: "spared" };
  };
}

interface Tools {
  readonly where: VaultPrefix;
  readonly session: VaultSession;
  readonly clock: Pick<Clock, "now">;
  readonly signal: AbortSignal;
}

/** The first that can be taken; else why the first that was found cannot. */
async function find(
  look: Parameters<FindInVault>[0],
  { where: { mount, prefix }, session, clock, signal }: Tools,
): Promise<VaultFinding> {
  let refused: VaultFinding | null = null;
  for (const entry of entriesOf(look)) {
    const path = `${prefix}/${entry}`;
    const read = await readEntry((call) => session.call(call, signal), mount, path);
    if (read.kind !== "answered") return { kind: "away", reason: read.reason };
    if (read.value === null) continue;
    const given = { place: `${mount}/${path}`, texts: read.value };
    const finding = judge(given, look.names, clock.now());
    if (finding.kind === "found") return finding;
    if (finding.kind === "refused") refused ??= finding;
  }
  return refused ?? { kind: "absent" };
}

const entriesOf = ({ lineageId, names, twinOf }: Parameters<FindInVault>[0]): readonly string[] =>
  names.slice(0, mostNames).map((name) => entryName({ lineageId, names: [name], twinOf }));

function judge(
  given: { readonly place: string; readonly texts: readonly string[] },
  names: readonly string[],
  now: number,
): VaultFinding {
  const { place } = given;
  const faults: Unusable[] = [];
  try {
    const found = certificateInTexts(given, { onFault: (fault) => faults.push(fault), now });
    if (found === null) return faults[0] === undefined ? { kind: "absent" } : refusal(faults[0]);
    if (sameNames(found.names, names))
      return { kind: "found", place, chainPem: found.chainPem, keyPem: found.keyPem };
    const reason = `It is for other names: ${found.names.join(", ")}.`;
    return { kind: "refused", place, code: "other-names", reason };
  } catch (error) {
    // A part that is damaged says more than that it is missing.
    if (error instanceof Unusable) return refusal(faults[0] ?? error);
    throw error;
  }
}

const refusal = ({ path: place, code, message: reason }: Unusable): VaultFinding => ({
  kind: "refused",
  place,
  code,
  reason,
});
