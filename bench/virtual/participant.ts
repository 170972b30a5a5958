import { undiciTransport } from "@certmill/acme";
import type { Instant } from "@certmill/domain";
import type { World } from "@certmill/server";
import { pino } from "pino";
import { composeChecks } from "../../packages/server/src/compose-checks.ts";
import type { OpenTransport } from "../../packages/server/src/effects/ca-connections.ts";
import type { MakeKey } from "../../packages/server/src/keys/certificate-key.ts";
import type { Channel, Database } from "../../packages/server/src/store/database.ts";
import { Activity } from "./activity.ts";
import { checksByModel } from "./checks-by-model.ts";
import type { ClockFace } from "./clock-face.ts";
import type { Upkeep } from "./run-config.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { watchedDatabase } from "./watched-database.ts";

/** A process of the run that stands still: nothing is in flight, and everybody in it waits on the clock. */
export interface Standstill {
  /** What its first waiter waits for; null: it waits for others alone. */
  readonly nextWake: Instant | null;
  /** Whether it may have notified others since its last standstill. */
  readonly notified: boolean;
}

/** One process of a run in virtual time, as its conductor sees it. */
export interface Participant {
  /** Whether it hears notifications. Asked at standstills. */
  readonly listens: boolean;
  /** Resolves when it stands still. */
  settled(): Promise<Standstill>;
  /** Ends its waits that are over; resolves when it stands still again. */
  wake(): Promise<Standstill>;
  /** Resolves when it stands still after it heard the roll call of this number. */
  heard(call: number): Promise<Standstill>;
}

/** What a server of the run is given beside its database. */
export interface Means {
  readonly makeKey: MakeKey;
  readonly upkeep: Upkeep;
}

/** Nobody listens there. */
const closedPort = 1;

/** Notifications arrive in the order of their commits: whoever heard this one has heard all that were before it. */
export const rollCallChannel = "certmill_roll_call" as Channel;

/** The process this code runs in: the clock and the world that it is composed with. */
export class LocalParticipant implements Participant {
  readonly clock: VirtualClock;
  readonly #activity = new Activity();
  readonly #errors: string[] = [];
  readonly #log = pino({ level: "error" }, { write: (line: string) => this.#errors.push(line) });
  #notified = false;
  #listens = false;
  #lastCall = 0;
  #called: PromiseWithResolvers<void> | null = null;

  constructor(face: ClockFace) {
    this.clock = new VirtualClock(face);
  }

  get listens(): boolean {
    return this.#listens;
  }

  /** @throws when what runs here logged an error. */
  async settled(): Promise<Standstill> {
    await this.#activity.settled();
    if (this.#errors.length > 0)
      throw new Error(`A process of the run met errors:\n${this.#errors.join("")}`);
    const notified = this.#notified;
    this.#notified = false;
    return { nextWake: this.clock.nextWake, notified };
  }

  wake(): Promise<Standstill> {
    this.clock.wake();
    return this.settled();
  }

  async heard(call: number): Promise<Standstill> {
    while (this.#lastCall < call) {
      this.#called ??= Promise.withResolvers<void>();
      await this.#called.promise;
    }
    return this.settled();
  }

  /** Does something of this process's own that is not waiting on the clock. */
  during<T>(work: () => Promise<T>): Promise<T> {
    return this.#activity.during(work);
  }

  /** What a server here is composed with; `database` has been watched. It outlives the server. */
  world(database: Database, { makeKey, upkeep }: Means): World {
    const shared = { ...database, close: async () => {}, [Symbol.asyncDispose]: async () => {} };
    return {
      clock: this.clock,
      log: this.#log,
      openTransport: this.#openTransport,
      openDatabase: async () => shared,
      // Keys are made in the thread pool, where nobody sees that something is in flight.
      makeKey: (type) => this.#activity.during(() => makeKey(type)),
      makeChecks: async (parts) => {
        if (upkeep.kind === "told") return checksByModel(upkeep, this.clock);
        const checking = await composeChecks(parts);
        return {
          check: (...request) => this.#activity.during(() => checking.check(...request)),
          seemsMended: (...request) => this.#activity.during(() => checking.seemsMended(...request)),
          followPath: (...request) => this.#activity.during(() => checking.followPath(...request)),
          [Symbol.asyncDispose]: () => checking[Symbol.asyncDispose](),
        };
      },
      ...(upkeep.kind === "looked-at" && {
        outsidePorts: { http: upkeep.httpPort, https: closedPort, dns: upkeep.dnsPort },
      }),
    };
  }

  /** To be given to what runs here, in place of `behind`; once for a participant. */
  async watch(behind: Database): Promise<Database> {
    await behind.listen(rollCallChannel, (call) => {
      this.#lastCall = Number(call);
      this.#called?.resolve();
      this.#called = null;
    });
    return watchedDatabase(behind, {
      activity: this.#activity,
      onNotify: () => {
        this.#notified = true;
      },
      onListen: () => {
        this.#listens = true;
      },
    });
  }

  /** Requests over the network, with a real deadline. */
  readonly #openTransport: OpenTransport = (rootPem) => {
    const transport = undiciTransport({ rootPem, timeout: 30_000 });
    return Object.assign(
      (request: Parameters<typeof transport>[0]) => this.#activity.during(() => transport(request)),
      { [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose]() },
    );
  };
}
