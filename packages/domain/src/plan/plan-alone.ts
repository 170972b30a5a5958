import { instant } from "../time/instant.ts";
import { makePlan, type Plan } from "./make-plan.ts";
import { noBackground } from "./plan-request.ts";
import { type PlanWish, planRequest } from "./plan-wish.ts";

/** A plan where nothing is known but what is wished for: its CAs have their built-in limits, and all of them are left. */
export const planAlone = (wish: PlanWish, now: string): Plan =>
  makePlan(
    planRequest(wish, { now: instant(Date.parse(now)), cas: [], background: noBackground, keyType: "p256" }),
  );
