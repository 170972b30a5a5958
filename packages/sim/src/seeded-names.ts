import { after, type Duration, type Instant, milliseconds } from "@certmill/domain";
import type { WrongName } from "./dns/name-table.ts";
import type { NameModel } from "./validation/name-model.ts";

/** What becomes of a name: it is right, never is, is from some instant on, or answers late. */
export type NameFate = "right" | "never" | "later" | "slow";

export interface SeededNamesOptions {
  /** The same seed gives every name the same fate, whenever and in whatever order it is asked for. */
  readonly seed: number;
  /** Share of names that are never right: 0 to 1, and all three together at most 1. */
  readonly never: number;
  /** Share of names that become right between `from` and `from` plus `within`. */
  readonly later: { readonly share: number; readonly from: Instant; readonly within: Duration };
  /** Share of names of which each takes up to so many seconds to answer, by chance, and then is right. */
  readonly slow: { readonly share: number; readonly seconds: number };
}

export interface SeededNames {
  readonly model: NameModel;
  readonly fateOf: (name: string) => NameFate;
  /** From when on it is right; `null`: it never is. One that was never wrong is from the beginning of time. */
  readonly rightFrom: (name: string) => Instant | null;
}

const WAYS: readonly WrongName[] = ["dns", "connection", "unauthorized"];
const BEGINNING = 0 as Instant;

/**
 * Gives every name a fate by chance. `www.` and a name share theirs, as one customer sets both up.
 *
 * @throws RangeError for shares that are none.
 */
export function seededNames({ seed, never, later, slow }: SeededNamesOptions): SeededNames {
  const shares = [never, later.share, slow.share];
  if (shares.some((share) => !(share >= 0)) || shares.reduce((a, b) => a + b) > 1) {
    throw new RangeError(`shares must be from 0 to 1, also together, but are ${shares.join(", ")}`);
  }
  const chance = (name: string, what: string): number => chanceOf(`${seed} ${what} ${siteOf(name)}`);
  const fateOf = (name: string): NameFate => {
    const drawn = chance(name, "fate");
    if (drawn < never) return "never";
    if (drawn < never + later.share) return "later";
    return drawn < never + later.share + slow.share ? "slow" : "right";
  };
  const rightFrom = (name: string): Instant | null => {
    switch (fateOf(name)) {
      case "never":
        return null;
      case "later":
        return after(later.from, milliseconds(Math.floor(chance(name, "when") * later.within)));
      case "right":
      case "slow":
        return BEGINNING;
    }
  };
  const model: NameModel = (name, now) => {
    const from = rightFrom(name);
    if (from === null || now < from) {
      return { kind: "wrong", how: WAYS[Math.floor(chance(name, "how") * WAYS.length)] ?? "dns" };
    }
    if (fateOf(name) !== "slow") return { kind: "right" };
    return { kind: "slow", seconds: Math.ceil(chance(name, "how") * slow.seconds) };
  };
  return { model, fateOf, rightFrom };
}

const siteOf = (name: string): string => (name.startsWith("www.") ? name.slice(4) : name);

/** In [0, 1), by the text alone: FNV-1a, its bits then mixed as MurmurHash3 ends. */
function chanceOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
