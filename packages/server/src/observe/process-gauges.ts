/** What a process knows of itself: nothing of it is asked of the database. */
import type { Instant } from "@certmill/domain";
import { Gauge, type Registry } from "prom-client";
import type { ConnectionUse } from "../store/database.ts";

export interface ProcessFacts {
  readonly version: string;
  /** Such as `api,worker`. */
  readonly roles: string;
  readonly connectionUse: () => ConnectionUse | null;
}

export function watchProcess(registry: Registry, { version, roles, connectionUse }: ProcessFacts): void {
  new Gauge({
    name: "certmill_process_roles",
    help: "1, with Certmill's version and the roles of this process.",
    labelNames: ["version", "roles"],
    registers: [registry],
  }).set({ version, roles }, 1);
  for (const [field, help] of poolGauges) {
    new Gauge({
      name: `certmill_database_pool_${field}`,
      help,
      registers: [registry],
      collect() {
        const use = connectionUse();
        if (use === null) this.remove();
        else this.set(valueOf[field](use));
      },
    });
  }
}

type PoolField = "size" | "used" | "waiting" | "broken";

const valueOf: Readonly<Record<PoolField, (use: ConnectionUse) => number>> = {
  size: ({ most }) => most,
  used: ({ open, idle }) => open - idle,
  waiting: ({ waiting }) => waiting,
  broken: ({ broken }) => broken,
};

const poolGauges: readonly (readonly [PoolField, string])[] = [
  ["size", "Connections to PostgreSQL that this process opens at most; absent where it is embedded."],
  ["used", "Of these: in use right now."],
  ["waiting", "Statements and transactions of this process that wait for a connection."],
  ["broken", "Connections to PostgreSQL that broke, since the start of this process."],
];

export interface WorkerFacts {
  /** Issuances that it is working on right now. */
  readonly busy: () => number;
  /** Null: it has not come through one yet. */
  readonly lastRoundAt: () => Instant | null;
}

export function watchWorker(registry: Registry, { busy, lastRoundAt }: WorkerFacts): void {
  new Gauge({
    name: "certmill_worker_issuances",
    help: "Issuances this process is working on right now; absent where it is no worker.",
    registers: [registry],
    collect() {
      this.set(busy());
    },
  });
  new Gauge({
    name: "certmill_worker_last_round_timestamp_seconds",
    help: "When this process's worker last came through a round, in Unix time; 0: not yet. It does so at least every few seconds.",
    registers: [registry],
    collect() {
      this.set((lastRoundAt() ?? 0) / 1_000);
    },
  });
}
