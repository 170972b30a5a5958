/** A worker as a process of its own, which the conductor leads by messages. */
import { compose } from "@certmill/server";
import { openDatabase } from "../../packages/server/src/store/database.ts";
import { cannedKeys } from "./canned-keys.ts";
import { openClockFace } from "./clock-face.ts";
import { LocalParticipant, type Standstill } from "./participant.ts";
import { runConfig, type Upkeep } from "./run-config.ts";

/** What it is started with, as JSON. */
export interface WorkerTask {
  readonly facePath: string;
  readonly databaseUrl: string;
  readonly keyText: string;
  readonly upkeep: Upkeep;
}

export type Order = { readonly kind: "settled" | "wake" } | { readonly kind: "heard"; readonly call: number };

/** The answer to an order; the first is sent when it has started. */
export type Answer =
  | { readonly kind: "still"; readonly standstill: Standstill; readonly listens: boolean }
  | { readonly kind: "failed"; readonly reason: string };

if (process.send !== undefined) await main();

async function main(): Promise<void> {
  const task = JSON.parse(process.argv[2] ?? "") as WorkerTask;
  using face = openClockFace(task.facePath);
  const participant = new LocalParticipant(face);
  const config = runConfig({ ...task, roles: ["worker"] });
  await using database = await openDatabase(config.database);
  const world = participant.world(await participant.watch(database), {
    makeKey: cannedKeys(),
    upkeep: task.upkeep,
  });
  const running = await compose(config, world);
  const ended = Promise.withResolvers<void>();
  process.once("disconnect", ended.resolve);
  process.on("message", (order: Order) => {
    void answer(participant, obey(participant, order));
  });
  await answer(participant, participant.settled());
  await ended.promise;
  const stopped = running.stop();
  participant.clock.end();
  await stopped;
}

function obey(participant: LocalParticipant, order: Order): Promise<Standstill> {
  switch (order.kind) {
    case "settled":
      return participant.settled();
    case "wake":
      return participant.wake();
    case "heard":
      return participant.heard(order.call);
  }
}

async function answer({ listens }: LocalParticipant, obeyed: Promise<Standstill>): Promise<void> {
  const given: Answer = await obeyed.then(
    (standstill) => ({ kind: "still", standstill, listens }),
    (error: unknown) => ({ kind: "failed", reason: error instanceof Error ? error.message : String(error) }),
  );
  process.send?.(given);
}
