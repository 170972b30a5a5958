import { type Instant, instant } from "../time/instant.ts";
import { makePlan, type Plan } from "./make-plan.ts";
import { noBackground } from "./plan-request.ts";
import { type PlanFacts, type PlanWish, planRequest } from "./plan-wish.ts";

/** Where nothing is known but what is wished for: its CAs have their built-in limits, and all of them are left. */
export const nothingKnown = (now: Instant): PlanFacts => ({
  now,
  cas: [],
  background: noBackground,
  keyType: "p256",
  checksFirst: false,
});

export const planAlone = (wish: PlanWish, now: string): Plan =>
  makePlan(planRequest(wish, nothingKnown(instant(Date.parse(now)))));
