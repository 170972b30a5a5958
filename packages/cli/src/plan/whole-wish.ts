import { type Client, type NewPlan, operations, type Plan, pages } from "@certmill/api";
import { isLimitSetName } from "./plan-options.ts";

/**
 * A server's plan as one that can be made without it: with its CAs, the limits that are set there, and what it took to be
 * beside the list. Of what is spent it has the new orders; domains' own limits are taken to be full.
 */
export async function wholeWish(client: Client, wish: NewPlan, { assumed }: Plan): Promise<NewPlan> {
  const cas = assumed.cas.flatMap(({ name, limits, weight, ordersSpent }) =>
    isLimitSetName(limits) && weight > 0 ? [{ name, limits, weight, ordersSpent }] : [],
  );
  const set: NonNullable<NewPlan["limits"]>[number][] = [];
  for await (const { items } of pages(client, operations.listLimits, { query: { limit: 1_000 } })) {
    for (const { ca, limit, key, burst, count, periodSeconds, startsAt, source } of items) {
      if (source !== "override" || !cas.some(({ name }) => name === ca)) continue;
      set.push({
        ca,
        limit,
        ...(key === null ? {} : { key }),
        burst,
        count,
        periodSeconds,
        ...(startsAt === null ? {} : { startsAt }),
      });
    }
  }
  return {
    ...wish,
    cas,
    limits: [...set, ...(wish.limits ?? [])],
    background: assumed.background,
    keyType: assumed.keyType,
    checksFirst: assumed.checksFirst,
  };
}
