import { undiciTransport } from "@certmill/acme";
import { type Config, compose } from "@certmill/server";
import { pino } from "pino";
import type { Clock } from "../../packages/server/src/clock.ts";
import type { OpenTransport } from "../../packages/server/src/effects/ca-connections.ts";
import { type Database, openDatabase } from "../../packages/server/src/store/database.ts";
import type { Mortal } from "./mortal.ts";
import { mortalDatabase } from "./mortal-database.ts";
import type { StaticRule } from "./static-rule.ts";

/** A process from its start to its end. */
export interface Life {
  readonly config: Config;
  readonly clock: Clock;
  readonly mortal: Mortal;
  readonly rule: StaticRule;
  /** Resolves when the work is done, by a look past the process at its database; `signal` ends the looking. */
  readonly done: (database: Database, signal: AbortSignal) => Promise<void>;
}

/**
 * Lives until the work is done or the process dies, and closes what it opened. Whoever lives on to the end
 * must not have met an error.
 */
export async function live({ config, clock, mortal, rule, done }: Life): Promise<void> {
  const errors: string[] = [];
  const log = pino({ level: "error" }, { write: (line: string) => errors.push(line) });
  const ended = new AbortController();
  try {
    await using database = await openDatabase(config.database);
    const openOurs = async (): Promise<Database> => mortalDatabase(database, mortal);
    const world = { clock, log, openDatabase: openOurs, openTransport: mortalTransport(mortal) };
    const running = await compose(config, world);
    if (running.urls.responder !== null) rule.lead(running.urls.responder, mortal);
    try {
      await Promise.race([done(database, ended.signal), mortal.died]);
    } finally {
      ended.abort();
      rule.hold();
      await running.stop();
    }
  } catch (error) {
    if (mortal.lastCall === null) throw error;
  }
  if (mortal.lastCall === null && errors.length > 0) {
    throw new Error(`A process that lived met errors:\n${errors.join("")}`);
  }
}

function mortalTransport(mortal: Mortal): OpenTransport {
  return (rootPem) => {
    const transport = undiciTransport({ rootPem, timeout: 10_000 });
    return Object.assign(
      (request: Parameters<typeof transport>[0]) =>
        request.method === "POST"
          ? mortal.call(`CA: POST ${new URL(request.url).pathname}`, () => transport(request))
          : mortal.ask(() => transport(request)),
      { [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose]() },
    );
  };
}
