import type { Registry } from "prom-client";
import type { CaStanding } from "../store/read/ca-standings.ts";
import { type GaugeOf, watchFigures } from "./gauge-table.ts";
import type { Reading } from "./kept-reading.ts";

type Standings = readonly CaStanding[];

/** One sample for each CA; null: that CA has none. */
const byCa = (
  name: string,
  help: string,
  valueOf: (standing: CaStanding) => number | null,
): GaugeOf<Standings> => ({
  name,
  help,
  labels: ["ca"],
  samples: (standings) =>
    standings.flatMap((standing) => {
      const value = valueOf(standing);
      return value === null ? [] : [{ labels: { ca: standing.name }, value }];
    }),
});

const gauges: readonly GaugeOf<Standings>[] = [
  byCa(
    "certmill_ca_gets_orders",
    "By CA: 1 while it gets orders, 0 while its circuit breaker is open or it has asked for patience. Absent, as all gauges of CAs, while the database is away.",
    ({ getsOrders }) => (getsOrders ? 1 : 0),
  ),
  byCa("certmill_ca_orders_in_flight", "Orders in flight, by CA.", ({ ordersInFlight }) => ordersInFlight),
  byCa(
    "certmill_ca_orders_left",
    "New orders that the CA's limit lets begin now, by CA; absent where no limit is known.",
    ({ ordersLeft }) => ordersLeft,
  ),
  byCa(
    "certmill_ca_orders_burst",
    "New orders that the CA's limit lets begin at once when nothing is used up, by CA; absent where no limit is known.",
    ({ ordersLimit }) => ordersLimit?.burst ?? null,
  ),
  byCa(
    "certmill_ca_orders_refill_per_second",
    "New orders that the CA's limit gives back in a second, by CA; absent where no limit is known.",
    ({ ordersLimit }) => ordersLimit?.perSecond ?? null,
  ),
  {
    name: "certmill_ca_status_page",
    help: "1 for what the CA's status page said last (fine, degraded, down), by CA; absent where none is read.",
    labels: ["ca", "status"],
    samples: (standings) =>
      standings.flatMap(({ name: ca, statusPage: status }) =>
        status === null ? [] : [{ labels: { ca, status }, value: 1 }],
      ),
  },
];

/** How the CAs stand. */
export const watchCas = (registry: Registry, read: Reading<Standings>): void =>
  watchFigures(registry, read, gauges);
