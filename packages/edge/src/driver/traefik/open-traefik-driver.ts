import type { Log } from "../../log/edge-event.ts";
import { type DoorAnswer, type DoorOptions, openDoor, say } from "../door/open-door.ts";
import type { Delivery, Driver } from "../driver.ts";
import { GivenSerials } from "../given-serials.ts";
import { type ChallengeRouter, DynamicConfiguration } from "./dynamic-configuration.ts";

export interface TraefikOptions extends Pick<DoorOptions, "host" | "port" | "secret" | "log"> {
  /** Null: somebody else routes challenges. */
  readonly challenges: ChallengeRouter | null;
}

export interface TraefikDriver extends Driver, AsyncDisposable {
  readonly port: number;
}

/** Milliseconds without a question after which Traefik is missed: after failures it asks once a minute at least. */
const mostSilence = 90_000;

/**
 * The document that Traefik's HTTP provider asks for every few seconds (`GET /configuration`), with all certificates of this
 * edge. Until they are known it is refused: Traefik then keeps what it had, where an empty one would take all away.
 *
 * @throws {EdgeFault} `port-unusable`.
 */
export async function openTraefikDriver(options: TraefikOptions): Promise<TraefikDriver> {
  const { log } = options;
  const configuration = new DynamicConfiguration(options.challenges);
  const given = new GivenSerials();
  const silence = new Silence(log);
  const size = new SizeWarning(log);
  const pairs = new PairWarning(log);
  let isWhole = false;
  const answer = (): DoorAnswer => {
    silence.broken();
    if (!isWhole) return say(503, "The certificates are being read; ask again.");
    return { status: 200, body: { type: "application/json", text: configuration.text() } };
  };
  const door = await openDoor({
    ...options,
    what: "certificates for Traefik",
    answers: { "/configuration": answer },
  });

  async function* taken(all: AsyncIterable<Delivery>): AsyncGenerator<Delivery, void, undefined> {
    for await (const delivery of all) {
      configuration.put(delivery);
      pairs.look(delivery);
      yield delivery;
    }
  }
  return {
    port: door.port,
    async load(all, signal) {
      isWhole = false;
      configuration.clear();
      const outcome = await given.load(taken(all), signal);
      isWhole = outcome.kind === "done";
      size.look(configuration);
      return outcome;
    },
    async put(delivery) {
      given.put(delivery);
      configuration.put(delivery);
      pairs.look(delivery);
      size.look(configuration);
      return { kind: "done" };
    },
    async remove(removal) {
      given.remove(removal);
      configuration.remove(removal.lineageId);
      return { kind: "done" };
    },
    list: async () => given.list(),
    health: async () => {
      silence.look();
      return given.health();
    },
    [Symbol.asyncDispose]: () => door[Symbol.asyncDispose](),
  };
}

/** Warns once when Traefik has not asked for long. */
class Silence {
  readonly #log: Log;
  #since = Date.now();
  #isTold = false;

  constructor(log: Log) {
    this.#log = log;
  }

  broken(): void {
    this.#since = Date.now();
    this.#isTold = false;
  }

  look(): void {
    const silence = Date.now() - this.#since;
    if (this.#isTold || silence < mostSilence) return;
    this.#isTold = true;
    const seconds = Math.round(silence / 1_000);
    const warning = `Traefik has not asked for its certificates for ${seconds} s; look at its providers.http.endpoint`;
    this.#log({ kind: "warning", warning });
  }
}

/** Warns once that of a pair one certificate is served. */
class PairWarning {
  readonly #log: Log;
  #isTold = false;

  constructor(log: Log) {
    this.#log = log;
  }

  look({ names: [name], twinOf }: Delivery): void {
    if (this.#isTold || twinOf === null) return;
    this.#isTold = true;
    const warning =
      `Traefik takes one certificate for the same names: of pairs, as of ${name}, it is given the RSA one, ` +
      "which all clients verify; where that is not worth its handshakes, let domains have P-256 keys only";
    this.#log({ kind: "warning", warning });
  }
}

/** Certificates up to which the whole document at each poll is no burden. */
const mostAdvised = 3_000;

/** Warns when there are more certificates than is good for Traefik, and again when they have doubled. */
class SizeWarning {
  readonly #log: Log;
  #next = mostAdvised;

  constructor(log: Log) {
    this.#log = log;
  }

  look(configuration: DynamicConfiguration): void {
    const { size } = configuration;
    if (size <= this.#next) return;
    this.#next = size * 2;
    const megabytes = configuration.text().length / 1e6;
    const gigabytesADay = (megabytes * (86_400 / 5)) / 1_000;
    const warning =
      `Traefik's document has ${size} certificates and ${megabytes.toFixed(1)} MB, all of which it fetches at each poll ` +
      `(every 5 s: ${gigabytesADay.toFixed(0)} GB a day) and takes in anew whenever one changes; ` +
      `above ${mostAdvised} give it a longer pollInterval, or names to another proxy`;
    this.#log({ kind: "warning", warning });
  }
}
