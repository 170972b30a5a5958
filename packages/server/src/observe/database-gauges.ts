import type { Registry } from "prom-client";
import type { DatabaseState } from "../store/read/examination.ts";
import { type GaugeOf, one, watchFigures } from "./gauge-table.ts";
import type { Reading } from "./kept-reading.ts";

export interface DatabaseFigures {
  readonly state: DatabaseState;
  readonly keys: readonly KeyStanding[];
}

/** A key-encryption key with which secrets are sealed, or new ones will be. */
export interface KeyStanding {
  readonly id: string;
  /** `missing`: secrets are sealed with it, and this process does not have it. */
  readonly standing: "current" | "earlier" | "missing";
}

/** @param inUse ids of the keys with which secrets are sealed. @param has whether this process has the key. */
export function keyStandings(
  inUse: readonly string[],
  current: string,
  has: (id: string) => boolean,
): readonly KeyStanding[] {
  const others = inUse.filter((id) => id !== current);
  return [
    { id: current, standing: "current" },
    ...others.map((id) => ({ id, standing: has(id) ? ("earlier" as const) : ("missing" as const) })),
  ];
}

const gauges: readonly GaugeOf<DatabaseFigures>[] = [
  {
    name: "certmill_database_round_trip_seconds",
    help: "Of the smallest statement, the quickest of three. Absent, as all that is read from the database, while it is away.",
    labels: [],
    samples: ({ state }) => one(state.roundTrip / 1_000),
  },
  {
    name: "certmill_database_clock_ahead_seconds",
    help: "How far the database's clock is ahead of this process's; negative: behind.",
    labels: [],
    samples: ({ state }) => one(state.clockAhead / 1_000),
  },
  {
    name: "certmill_database_connections_used",
    help: "Connections that the database's clients have, whoever they are; absent where it is embedded.",
    labels: [],
    samples: ({ state }) => one(state.connections?.used ?? null),
  },
  {
    name: "certmill_database_connections_most",
    help: "Connections that the database lets ordinary clients have; absent where it is embedded.",
    labels: [],
    samples: ({ state }) => one(state.connections?.most ?? null),
  },
  {
    name: "certmill_key_encryption_keys",
    help: "1 for each key-encryption key in use, by id and state (current, earlier, missing: this process cannot open what is sealed with it).",
    labels: ["key", "state"],
    samples: ({ keys }) =>
      keys.map(({ id, standing }) => ({ labels: { key: id, state: standing }, value: 1 })),
  },
];

/** What this process sees of the database and of its own keys. */
export const watchDatabase = (registry: Registry, read: Reading<DatabaseFigures>): void =>
  watchFigures(registry, read, gauges);
