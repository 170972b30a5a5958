/** The names of a run. What is wrong with a name, and how long, is told by its first label. */
import type { DnsName, Instant } from "@certmill/domain";

/** `right`: from the beginning. `never`, `later`: its DNS is wrong, for ever or at first. `slow`: validated slowly. */
export type NameKind = "right" | "never" | "later" | "slow";

export interface NameShares {
  readonly never: number;
  readonly later: number;
  readonly slow: number;
  /** Of all; the others are registered domains of their own. */
  readonly shared: number;
}

/** Names below one registered domain that many customers share. */
const namesPerShared = 200;

/**
 * `count` sets of names, the same for the same seed: a registered domain with its www, or one name below a shared
 * domain. @param prefix keeps lists apart.
 */
export function* listNames(
  prefix: string,
  count: number,
  { shares, seed }: { readonly shares: NameShares; readonly seed: number },
): Generator<readonly [DnsName, ...DnsName[]]> {
  for (let index = 0; index < count; index += 1) {
    const label = `${kindOf(draw(seed, 2 * index), shares)}-${prefix}${index}`;
    if (draw(seed, 2 * index + 1) < shares.shared) {
      const domain = Math.floor(index / (namesPerShared / shares.shared));
      yield [`${label}.${prefix}-shared${domain}.com` as DnsName];
    } else yield [`${label}.com` as DnsName, `www.${label}.com` as DnsName];
  }
}

const kinds: ReadonlySet<string> = new Set<NameKind>(["right", "never", "later", "slow"]);

export function kindOfName(name: string): NameKind {
  const kind = /^(?:www\.)?([a-z]+)-/.exec(name)?.[1] ?? "right";
  return kinds.has(kind) ? (kind as NameKind) : "right";
}

/** @param when.rightFrom when those that are right later are. */
export function isWrongAt(
  name: string,
  when: { readonly rightFrom: Instant; readonly now: Instant },
): boolean {
  const kind = kindOfName(name);
  return kind === "never" || (kind === "later" && when.now < when.rightFrom);
}

function kindOf(drawn: number, { never, later, slow }: NameShares): NameKind {
  if (drawn < never) return "never";
  if (drawn < never + later) return "later";
  return drawn < never + later + slow ? "slow" : "right";
}

/** A number in [0, 1) that depends on its arguments alone. */
function draw(seed: number, index: number): number {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}
