import { pause } from "../../flow/pause.ts";
import { labelsOf } from "../../holding/holding.ts";
import type { Log } from "../../log/edge-event.ts";
import type { Delivery, Driver, DriverOutcome } from "../driver.ts";
import { GivenSerials } from "../given-serials.ts";
import { Askers } from "./askers.ts";
import { type Conversations, converse } from "./converse.ts";
import { type SecretSource, secretFinder } from "./find-secret.ts";
import { listenForGrpc, type SecretPlace } from "./listen-for-grpc.ts";
import { delta, stateOfTheWorld } from "./secret-protocol.ts";

export interface EnvoyOptions extends SecretSource {
  readonly listen: SecretPlace;
}

export interface EnvoyDriver extends Driver, AsyncDisposable {
  /** Null: it listens on a socket. */
  readonly port: number | null;
}

/**
 * Secrets for Envoy over gRPC (SDS), by both of its protocols. The name of a secret is a name of a handshake; only what
 * was asked for is sent, and again whenever it changes. An Envoy that has not asked is not waited for.
 *
 * @throws {EdgeFault} `port-unusable`.
 */
export async function openEnvoyDriver(options: EnvoyOptions): Promise<EnvoyDriver> {
  const { log } = options;
  const all: Conversations = {
    find: secretFinder(options),
    askers: new Askers(),
    streams: new Set(),
    log,
  };
  const door = await listenForGrpc(options.listen, {
    streams: {
      state: (call) => converse(call, stateOfTheWorld, all),
      delta: (call) => converse(call, delta, all),
    },
    log,
  });
  return {
    port: door.port,
    ...driverOf(all),
    async [Symbol.asyncDispose]() {
      await door[Symbol.asyncDispose]();
      for (const stream of all.streams) stream.end();
    },
  };
}

function driverOf({ askers, streams, log }: Conversations): Driver {
  const given = new GivenSerials();
  const halves = new HalfPairWarning(askers, log);
  /** What the secrets of each lineage were called when it was given: the ones it has no more are to be looked up anew. */
  const namesOf = new Map<string, readonly string[]>();
  const push = (
    lineageId: string,
    labels: readonly string[],
    signal: AbortSignal,
  ): Promise<DriverOutcome> => {
    const touched = askers.of([...labels, ...(namesOf.get(lineageId) ?? [])]);
    return outcomeOf(
      [...touched].map(([stream, asked]) => stream.refresh(asked)),
      signal,
    );
  };
  async function* remembered(all: AsyncIterable<Delivery>): AsyncGenerator<Delivery, void, undefined> {
    for await (const delivery of all) {
      halves.given(delivery);
      namesOf.set(delivery.lineageId, labelsOf(delivery.twinOf, delivery.names));
      yield delivery;
    }
  }
  return {
    async load(all, signal) {
      const outcome = await given.load(remembered(all), signal);
      if (outcome.kind !== "done") return outcome;
      return await outcomeOf(
        [...streams].map((stream) => stream.refresh(stream.names)),
        signal,
      );
    },
    async put(delivery, signal) {
      const { lineageId, names, twinOf } = delivery;
      const labels = labelsOf(twinOf, names);
      halves.given(delivery);
      const outcome = await push(lineageId, labels, signal);
      if (outcome.kind !== "done") return outcome;
      given.put(delivery);
      namesOf.set(lineageId, labels);
      return outcome;
    },
    async remove(removal, signal) {
      const { lineageId, names } = removal;
      // A removal does not say which of a pair it is.
      const outcome = await push(lineageId, [...names, ...labelsOf("", names)], signal);
      // That it is gone cannot be refused.
      if (outcome.kind === "away") return outcome;
      given.remove(removal);
      namesOf.delete(lineageId);
      return { kind: "done" };
    },
    list: async () => given.list(),
    health: async () => {
      halves.look();
      return given.health();
    },
  };
}

/** Warns once when an Envoy asks for one certificate of a pair only. */
class HalfPairWarning {
  readonly #askers: Askers;
  readonly #log: Log;
  /** The names of the last pair that was given; null: none was. */
  #names: readonly string[] | null = null;
  #isTold = false;

  constructor(askers: Askers, log: Log) {
    this.#askers = askers;
    this.#log = log;
  }

  given({ names, twinOf }: Delivery): void {
    if (twinOf !== null) this.#names = names;
  }

  /** An Envoy comes with its questions at any time. */
  look(): void {
    const names = this.#names;
    if (this.#isTold || names === null) return;
    if (this.#askers.of(names).size === 0 || this.#askers.of(labelsOf("", names)).size > 0) return;
    this.#isTold = true;
    const [name] = names;
    const warning =
      `Envoy asks for the secret ${name} and not for ${name}+rsa: clients that verify RSA only are refused, ` +
      "of this pair and others like it; name both in tls_certificate_sds_secret_configs";
    this.#log({ kind: "warning", warning });
  }
}

/** Milliseconds for Envoy to take a certificate or refuse it: it does so at once. */
const deadline = 5_000;

/** @param answers Envoy's words if it refuses what it was sent; null: it has it. */
async function outcomeOf(
  answers: readonly Promise<string | null>[],
  signal: AbortSignal,
): Promise<DriverOutcome> {
  const said = new AbortController();
  const late = pause(deadline, AbortSignal.any([signal, said.signal])).then(() => null);
  const refusals = await Promise.race([Promise.all(answers), late]);
  said.abort();
  if (refusals === null)
    return { kind: "away", reason: `Envoy has not answered within ${deadline / 1_000} s` };
  const reason = refusals.find((refusal) => refusal !== null) ?? null;
  return reason === null ? { kind: "done" } : { kind: "refused", reason };
}
