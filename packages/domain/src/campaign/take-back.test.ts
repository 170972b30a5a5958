import { expect, test } from "vitest";
import type { Spending } from "../budget/order-spending.ts";
import { takeBack } from "./take-back.ts";

const spending: readonly Spending[] = [
  { limit: "new-orders-per-account", key: "7", spentAt: "order" },
  { limit: "new-certificates-per-registered-domain", key: "example.com", spentAt: "issue" },
];

test.each([
  ["never claimed", { faults: 0, wasClaimed: false }, ["released", "released"]],
  ["met a fault", { faults: 1, wasClaimed: true }, ["released", "released"]],
  ["its worker may have asked the CA", { faults: 0, wasClaimed: true }, ["settled", "released"]],
])("%s", (_title, facts, kinds) => {
  expect(takeBack({ spending, ...facts })).toEqual(
    spending.map(({ limit, key }, index) => ({ kind: kinds[index], limit, key })),
  );
});
