import { type Limit, type LimitName, refillTime } from "../budget/limit.ts";
import { floorOf } from "../schedule/class-share.ts";
import type { Instant } from "../time/instant.ts";
import { limitAt, type PlannedCa } from "./plan-request.ts";

const domainLimit: LimitName = "new-certificates-per-registered-domain";

/** Registered domains that have equally many certificates to come. */
export interface DomainGroup {
  /** The registered domain where it is one; null: several. */
  readonly name: string | null;
  readonly count: number;
  /** Of each of them. */
  readonly certificates: number;
}

interface Group extends DomainGroup {
  /** Share of the whole line. */
  readonly share: number;
  /** Of each: those whose turn has come and that wait for their registered domain's limit. */
  parked: number;
  /** When the bucket of each is full again, by the CA's `home`, as in bucket.ts; absent: it is full. */
  readonly fullAt: Map<string, number>;
}

interface Step {
  readonly now: Instant;
  readonly until: Instant;
}

/** A group while a CA takes from it. */
interface OpenGroup {
  readonly group: Group;
  readonly limit: Limit | null;
  /** Orders that one registered domain of it may still begin in the step; those that fail take nothing. */
  most: number;
}

/**
 * The certificates of a list that have not been tried yet, mixed evenly. One that has to wait for its registered domain
 * steps aside and is the first when that has refilled; the line goes on.
 */
export class WaitingLine {
  readonly #groups: readonly Group[];
  /** Share of the line that waits for no registered domain. */
  readonly #free: number;
  readonly #spentBy: (ca: PlannedCa) => number;
  #untouched: number;

  /**
   * @param spentBy what each that is tried takes of its registered domain's limit at a CA, on average: what fails takes
   *   nothing, a pair may take two.
   */
  constructor(certificates: number, groups: readonly DomainGroup[], spentBy: (ca: PlannedCa) => number) {
    this.#untouched = certificates;
    this.#spentBy = spentBy;
    this.#groups = groups.map((group) => ({
      ...group,
      share: certificates === 0 ? 0 : (group.count * group.certificates) / certificates,
      parked: 0,
      fullAt: new Map(),
    }));
    this.#free = 1 - this.#groups.reduce((sum, { share }) => sum + share, 0);
  }

  /** What nobody has tried. */
  get left(): number {
    return this.#untouched + this.#groups.reduce((sum, { count, parked }) => sum + count * parked, 0);
  }

  /** Whether everybody has had a turn: done, or waiting for a registered domain. */
  get isPassed(): boolean {
    return this.#untouched === 0;
  }

  /** Whether all that is left waits for registered domains. */
  get isAside(): boolean {
    return this.isPassed && this.left > 0;
  }

  /** The registered domains that are waited for. */
  aside(): readonly {
    readonly name: string | null;
    readonly count: number;
    readonly certificates: number;
  }[] {
    return this.#groups
      .filter(({ parked }) => parked > 0)
      .map(({ name, count, parked }) => ({ name, count, certificates: parked }));
  }

  /** Takes up to `most` for a CA, in a step. @returns how many. */
  take(ca: PlannedCa, most: number, step: Step): number {
    if (most <= tiny || this.left === 0) return 0;
    const limitOf = domainLimits(ca, step.now);
    const spent = this.#spentBy(ca);
    const open = this.#groups.map((group) =>
      opened(ca, group, { ...step, limit: limitOf(group.name), spent }),
    );
    let taken = 0;
    for (const each of open) {
      const { group } = each;
      const orders = Math.min(group.parked, each.most, (most - taken) / group.count);
      group.parked = settled(group.parked - orders);
      each.most -= orders;
      taken += orders * group.count;
    }
    // A group whose limit ends in the middle leaves room to the others, who get it in the next pass.
    for (let pass = 0; pass < 4 && this.#untouched > 0 && most - taken > tiny; pass += 1)
      taken += this.#advance(open, most - taken);
    for (const each of open) close(ca, each, { until: step.until, spent });
    return taken;
  }

  #advance(open: readonly OpenGroup[], most: number): number {
    const share = open.reduce(
      (sum, { group, most: left }) => (left > tiny ? sum + group.share : sum),
      this.#free,
    );
    const passed = share <= tiny ? this.#untouched : Math.min(this.#untouched, most / share);
    let taken = passed * this.#free;
    for (const each of open) {
      const { group } = each;
      const arrived = (passed * group.share) / group.count;
      const orders = Math.min(arrived, each.most);
      each.most -= orders;
      group.parked += arrived - orders;
      taken += orders * group.count;
    }
    this.#untouched = settled(this.#untouched - passed);
    return taken;
  }
}

/** The rules for registered domains at an instant. Few have one of their own. */
function domainLimits(ca: PlannedCa, now: Instant): (name: string | null) => Limit | null {
  const common = limitAt(ca, domainLimit, "", now);
  const own = new Set(ca.overrides.map(({ key }) => key));
  return (name) => (name !== null && own.has(name) ? limitAt(ca, domainLimit, name, now) : common);
}

/** What a group may have in a step. */
function opened(
  ca: PlannedCa,
  group: Group,
  { now, until, limit, spent }: Step & { readonly limit: Limit | null; readonly spent: number },
): OpenGroup {
  if (limit === null) return { group, limit, most: Number.POSITIVE_INFINITY };
  // It may be owed more than the burst in the middle of a step: what refills in it may be spent before.
  const owed = Math.max(0, (group.fullAt.get(ca.home) ?? 0) - now) / refillTime(limit);
  const there = limit.burst - owed + (until - now) / refillTime(limit) - floorOf(limit, "campaign");
  return { group, limit, most: Math.max(0, there) / spent };
}

function close(
  ca: PlannedCa,
  { group, limit, most }: OpenGroup,
  { until, spent }: { readonly until: Instant; readonly spent: number },
): void {
  if (limit === null) return;
  const there = Math.min(limit.burst, most * spent + floorOf(limit, "campaign"));
  group.fullAt.set(ca.home, until + (limit.burst - there) * refillTime(limit));
}

/** Less than this of an order is a rounding error. */
const tiny = 1e-6;
const settled = (value: number): number => (value < tiny ? 0 : value);
