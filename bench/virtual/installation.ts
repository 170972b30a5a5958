/** Certmill's workers in virtual time, in this process or in processes of their own, with the conductor that leads them. */
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import { compose } from "@certmill/server";
import { sql } from "kysely";
import { type KeyRing, newKeyLine, parseKeyRing } from "../../packages/server/src/keys/key-ring.ts";
import { type Db, openDatabase } from "../../packages/server/src/store/database.ts";
import { cannedKeys } from "./canned-keys.ts";
import { leaveTheRestAlone } from "./checks-by-model.ts";
import { type ClockHands, makeClockFace } from "./clock-face.ts";
import { Conductor } from "./conductor.ts";
import { LocalParticipant, type Participant, rollCallChannel } from "./participant.ts";
import { RemoteParticipant } from "./remote-participant.ts";
import { adminToken, runConfig, type Upkeep } from "./run-config.ts";

export interface InstallationRequest {
  /** Empty. */
  readonly databaseUrl: string;
  /** Worker processes; 0: one worker in this process. */
  readonly workers: number;
  readonly start: Instant;
  readonly upkeep: Upkeep;
}

export interface Installation extends AsyncDisposable {
  /** Calls the API, as the operator; the conductor waits for it. */
  readonly call: Client["call"];
  /** To look; the conductor waits for it. */
  readonly db: Db;
  readonly stage: LocalParticipant;
  readonly hands: ClockHands;
  readonly keyRing: KeyRing;
  readonly conductor: Conductor;
  /** Of the worker processes. */
  readonly pids: readonly number[];
}

export async function startInstallation(request: InstallationRequest): Promise<Installation> {
  const { databaseUrl, workers, start, upkeep } = request;
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-virtual-")));
  const hands = opened.use(makeClockFace(join(directory.path, "clock"), start));
  const behind = opened.use(await openDatabase({ kind: "postgresql", url: databaseUrl, connections: 4 }));
  const stage = new LocalParticipant(hands);
  const database = await stage.watch(behind);
  const keyText = newKeyLine(new Date(0));
  const roles = workers === 0 ? (["api", "worker"] as const) : (["api"] as const);
  const config = runConfig({ databaseUrl, keyText, roles, upkeep });
  const running = await compose(config, stage.world(database, { makeKey: cannedKeys(), upkeep }));
  opened.defer(async () => {
    const stopped = running.stop();
    stage.clock.end();
    await stopped;
  });
  if (upkeep.kind === "told") await leaveTheRestAlone(behind.db);
  const remote: RemoteParticipant[] = [];
  for (let index = 0; index < workers; index += 1) {
    const task = { facePath: hands.path, databaseUrl, keyText, upkeep };
    remote.push(opened.use(await RemoteParticipant.start(task)));
  }
  const participants: readonly Participant[] = [stage, ...remote];
  const conductor = new Conductor({
    hands,
    participants,
    callRoll: async (call) => {
      await sql`select pg_notify(${rollCallChannel}, ${String(call)})`.execute(behind.db);
    },
  });
  const client = createClient({ baseUrl: running.urls.api ?? "", token: adminToken });
  const lifetime = opened.move();
  return {
    call: (operation, ...input) => stage.during(() => client.call(operation, ...input)),
    db: database.db,
    stage,
    hands,
    keyRing: parseKeyRing(keyText),
    conductor,
    pids: remote.map(({ pid }) => pid),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}
