import { undiciTransport } from "@certmill/acme";
import { type Config, compose, type World } from "@certmill/server";
import { pino } from "pino";
import type { Clock } from "../../packages/server/src/clock.ts";
import type { OpenTransport } from "../../packages/server/src/effects/ca-connections.ts";
import { openDatabase } from "../../packages/server/src/store/database.ts";
import type { Mortal } from "./mortal.ts";
import { mortalDatabase } from "./mortal-database.ts";
import type { StaticRule } from "./static-rule.ts";

/** A process from its start to its end. */
export interface Life {
  readonly config: Config;
  readonly clock: Clock;
  readonly mortal: Mortal;
  readonly rule: StaticRule;
  /** Its work is done: it is stopped in order. Asked once it runs. */
  readonly done: () => Promise<void>;
}

/**
 * Lives until the work is done or the process dies, and closes what it opened. Whoever lives on to the end
 * must not have met an error.
 */
export async function live({ config, clock, mortal, rule, done }: Life): Promise<void> {
  const errors: string[] = [];
  const log = pino({ level: "error" }, { write: (line: string) => errors.push(line) });
  try {
    const running = await compose(config, { ...mortalWorld(mortal), clock, log });
    if (running.urls.responder !== null) rule.lead(running.urls.responder, mortal);
    try {
      await Promise.race([done(), mortal.died]);
    } finally {
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

function mortalWorld(mortal: Mortal): Pick<World, "openDatabase" | "openTransport"> {
  const openTransport: OpenTransport = (rootPem) => {
    const transport = undiciTransport({ rootPem, timeout: 10_000 });
    return Object.assign(
      (request: Parameters<typeof transport>[0]) =>
        mortal.call(`CA: ${request.method} ${new URL(request.url).pathname}`, () => transport(request)),
      { [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose]() },
    );
  };
  return { openDatabase: async (place) => mortalDatabase(await openDatabase(place), mortal), openTransport };
}
