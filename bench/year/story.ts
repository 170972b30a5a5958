/** What happens to a customer's domain in a year: when it is added, and when its DNS is wrong. */
import {
  after,
  type DnsName,
  type Duration,
  days,
  hours,
  type Instant,
  instant,
  milliseconds,
  minutes,
  seconds,
} from "@certmill/domain";
import type { WrongName } from "@certmill/sim";
import { type Random, seededRandom } from "../../packages/sim/src/random.ts";

/**
 * `steady`: right when it is added. `late`: wrong at first. `never`: wrong for ever. `leaving`: moves away for ever.
 * `returning`: moves away and is back within a month. The first two may break and heal as well.
 */
export type StoryKind = "steady" | "late" | "never" | "leaving" | "returning";

/** A time in which its DNS is wrong; `to`: the first instant at which it is right again, null: never. */
export interface Spell {
  readonly from: Instant;
  readonly to: Instant | null;
  readonly how: WrongName;
}

export interface Story {
  readonly kind: StoryKind;
  readonly names: readonly [DnsName, DnsName];
  readonly addedAt: Instant;
  /** In order; they do not overlap. */
  readonly spells: readonly Spell[];
  /** When the customer who has put the DNS right asks for a check; null: nobody does. */
  readonly asksAt: Instant | null;
}

export interface Year {
  /** Every choice follows from it. */
  readonly seed: number;
  readonly start: Instant;
  readonly length: Duration;
  readonly domains: number;
}

/** Shares of all domains; the others are steady. */
const shares = { late: 0.2, never: 0.05, leaving: 0.04, returning: 0.02 } as const;
/** Of those that are steady or late: so many break, up to three times. */
const breaking = 0.25;
/** Of those that put their DNS right later: so many press "check now" within a minute. */
const asking = 0.5;
/** So many move in in the first month, the others come one after the other until the last. */
const movingIn = 0.6;
const month = days(30);

/** How long it takes to put it right at first, and how long it breaks for; every order of magnitude as likely. */
const firstSpell = [minutes(2), days(14)] as const;
const laterSpell = [hours(1), days(30)] as const;
const absence = [days(8), days(29)] as const;

const ways: readonly WrongName[] = ["dns", "connection", "unauthorized"];

export function tellStories({ seed, start, length, domains }: Year): readonly Story[] {
  return Array.from({ length: domains }, (_, index) => {
    const random = seededRandom(seed * 1_000_003 + index);
    const kind = kindOf(random());
    const entered = random() < movingIn ? month : Math.max(month, length - month);
    const addedAt = instant(start + Math.floor(random() * Math.min(entered, length / 2)));
    const spells = spellsOf(kind, { addedAt, end: after(start, length) }, random);
    const [first] = spells;
    const isMended = kind === "late" && first?.to !== null && first !== undefined;
    const asks = random() < asking;
    const name = `${kind}${index}.com` as DnsName;
    return {
      kind,
      names: [name, `www.${name}` as DnsName],
      addedAt,
      spells,
      asksAt: isMended && asks ? after(first.to, seconds(Math.ceil(random() * 60))) : null,
    };
  });
}

function kindOf(drawn: number): StoryKind {
  let from = 0;
  for (const kind of ["late", "never", "leaving", "returning"] as const) {
    from += shares[kind];
    if (drawn < from) return kind;
  }
  return "steady";
}

interface Span {
  readonly addedAt: Instant;
  readonly end: Instant;
}

function spellsOf(kind: StoryKind, { addedAt, end }: Span, random: Random): readonly Spell[] {
  const how = ways[Math.floor(random() * ways.length)] ?? "dns";
  const someday = (): Instant => instant(addedAt + days(1) + Math.floor(random() * (end - addedAt)));
  switch (kind) {
    case "never":
      return [{ from: instant(0), to: null, how }];
    case "leaving":
      return [{ from: someday(), to: null, how }];
    case "returning": {
      const from = someday();
      return [{ from, to: after(from, between(absence, random)), how }];
    }
    case "late":
      return [
        { from: instant(0), to: after(addedAt, between(firstSpell, random)), how },
        ...breaks(someday, random),
      ].filter(apart);
    case "steady":
      return breaks(someday, random).filter(apart);
  }
}

function breaks(someday: () => Instant, random: Random): Spell[] {
  const count = random() < breaking ? 1 + Math.floor(random() * 3) : 0;
  return Array.from({ length: count }, () => {
    const from = someday();
    const how = ways[Math.floor(random() * ways.length)] ?? "dns";
    return { from, to: after(from, between(laterSpell, random)), how };
  }).sort((a, b) => a.from - b.from);
}

/** Leaves out those that begin before the one before them is over. */
const apart = ({ from }: Spell, index: number, all: readonly Spell[]): boolean =>
  all.slice(0, index).every(({ to }) => to !== null && to < from);

/** A length whose logarithm is even between the two. */
const between = ([least, most]: readonly [Duration, Duration], random: Random): Duration =>
  milliseconds(Math.round(least * (most / least) ** random()));

/** How the names are wrong now; null: they are right. */
export const wrongAt = ({ spells }: Story, now: Instant): WrongName | null =>
  spells.find(({ from, to }) => from <= now && (to === null || now < to))?.how ?? null;

/** When they are right again; null: they are right now, or never will be. */
export const rightAgainAt = ({ spells }: Story, now: Instant): Instant | null =>
  spells.find(({ from, to }) => from <= now && (to === null || now < to))?.to ?? null;

/** Since when they are right now; null: they are wrong. */
export function rightSince({ spells }: Story, now: Instant): Instant | null {
  let since = instant(0);
  for (const { from, to } of spells) {
    if (from > now) break;
    if (to === null || to > now) return null;
    since = to;
  }
  return since;
}

/** The longest time without a break, from the one to the other instant, in which they are right. */
export function longestRight({ spells }: Story, from: Instant, to: Instant): Duration {
  let longest = 0;
  let at: number = from;
  for (const spell of spells) {
    if (spell.from >= to) break;
    longest = Math.max(longest, Math.min(spell.from, to) - at);
    at = Math.max(at, spell.to ?? to);
  }
  return milliseconds(Math.max(longest, to - at));
}

/** How many there are of each kind. */
export const kindsText = (stories: readonly Story[]): string =>
  Object.entries(Object.groupBy(stories, ({ kind }) => kind))
    .map(([kind, { length }]) => `${length} ${kind}`)
    .join(", ");
