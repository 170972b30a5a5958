import { Gauge, type Registry } from "prom-client";
import type { CaStanding } from "../store/read/ca-standings.ts";

interface GaugeOfCas {
  readonly name: string;
  readonly help: string;
  /** A second label beside the CA's name. */
  readonly label?: string;
  /** null: the CA has none. */
  readonly valueOf: (standing: CaStanding) => number | null;
  readonly labelOf?: (standing: CaStanding) => string;
}

const gauges: readonly GaugeOfCas[] = [
  {
    name: "certmill_ca_gets_orders",
    help: "By CA: 1 while it gets orders, 0 while its circuit breaker is open or it has asked for patience. Absent, as all gauges of CAs, while the database is away.",
    valueOf: ({ getsOrders }) => (getsOrders ? 1 : 0),
  },
  {
    name: "certmill_ca_orders_in_flight",
    help: "Orders in flight, by CA.",
    valueOf: ({ ordersInFlight }) => ordersInFlight,
  },
  {
    name: "certmill_ca_orders_left",
    help: "New orders that the CA's limit lets begin now, by CA; absent where no limit is known.",
    valueOf: ({ ordersLeft }) => ordersLeft,
  },
  {
    name: "certmill_ca_status_page",
    help: "1 for what the CA's status page said last (fine, degraded, down), by CA; absent where none is read.",
    label: "status",
    valueOf: ({ statusPage }) => (statusPage === null ? null : 1),
    labelOf: ({ statusPage }) => statusPage ?? "",
  },
];

/** How the CAs stand, read anew for each scrape: once, for all gauges. */
export function watchCas(registry: Registry, read: () => Promise<readonly CaStanding[]>): void {
  const readOnce = onceAtATime(() => read().catch(() => []));
  for (const { name, help, label, valueOf, labelOf } of gauges) {
    new Gauge({
      name,
      help,
      labelNames: label === undefined ? ["ca"] : ["ca", label],
      registers: [registry],
      async collect() {
        const standings = await readOnce();
        this.reset();
        for (const standing of standings) {
          const value = valueOf(standing);
          const more = label === undefined || labelOf === undefined ? {} : { [label]: labelOf(standing) };
          if (value !== null) this.set({ ca: standing.name, ...more }, value);
        }
      },
    });
  }
}

/** Who asks while an answer is on its way gets that one. */
function onceAtATime<T>(ask: () => Promise<T>): () => Promise<T> {
  let asking: Promise<T> | null = null;
  return () => {
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  };
}
