/** What becomes of first orders: shares of the list, as a plan knows no names. */
import type { FailingDomains } from "./plan-request.ts";

/** Of some orders. Domains that fail are dead for good, or right later. */
export interface FirstOrders {
  /** Certificates at once. */
  readonly whole: number;
  readonly wholeDomains: number;
  readonly never: number;
  readonly later: number;
  /** Packs of which something is left to be ordered without the dead ones. */
  readonly rests: number;
  readonly restDomains: number;
}

/** Shares of domains that a CA finds wrong. */
export type Dead = Pick<FailingDomains, "never" | "later">;

export const noneDead: Dead = { never: 0, later: 0 };

/** A pack with a dead domain fails whole. @param size domains in each. */
export function firstOrders(orders: number, size: number, { never, later }: Dead): FirstOrders {
  const dead = never + later;
  const whole = orders * (1 - dead) ** size;
  const domains = orders * size;
  return {
    whole,
    wholeDomains: whole * size,
    never: domains * never,
    later: domains * later,
    rests: size > 1 ? orders - whole - orders * dead ** size : 0,
    restDomains: size > 1 ? domains * (1 - dead) - whole * size : 0,
  };
}
