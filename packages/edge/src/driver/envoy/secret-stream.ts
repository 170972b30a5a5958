import type { Said, Secret } from "./secret-protocol.ts";

/** What a stream needs of the driver. */
export interface StreamDoors {
  /** What there is for an asked name at the end of the search; null: that cannot be told now. */
  readonly find: (name: string) => Promise<Secret | null>;
  /** Says it to Envoy; false: the stream's protocol cannot say it. */
  readonly tell: (secrets: readonly Secret[], nonce: string) => boolean;
  readonly asked: (name: string) => void;
  readonly unasked: (name: string) => void;
  /** Envoy refuses what it was sent because it had asked. */
  readonly refused: (name: string, reason: string) => void;
}

/** A name on the stream: what was last sent for it, and what became of that. */
interface Held {
  readonly version: string | null;
  readonly state: "wanted" | "sent" | "taken" | "refused";
}

/** Takes Envoy's refusal; null: it has no objection, or is gone. */
type Settle = (refusal: string | null) => void;

interface Outgoing {
  readonly secret: Secret;
  readonly settle: readonly Settle[];
}

interface Sent {
  readonly version: string;
  readonly settle: Settle[];
}

/** Names that one stream may ask for. */
const mostNames = 200_000;

/** Secrets in one response: about 3 kB each. */
const mostInOne = 500;

/** One stream of an Envoy: what it asked for, what it was sent, what it answered. */
export class SecretStream {
  readonly #doors: StreamDoors;
  readonly #held = new Map<string, Held>();
  /** Found and not sent yet: what comes at once goes out at once. */
  readonly #outgoing = new Map<string, Outgoing>();
  /** Not answered yet, by nonce. */
  readonly #sent = new Map<string, Map<string, Sent>>();
  #nonce = 0;

  constructor(doors: StreamDoors) {
    this.#doors = doors;
  }

  /** What it has asked for. */
  get names(): ReadonlySet<string> {
    return new Set(this.#held.keys());
  }

  /** @returns whether it may go on; false: it asks for too much. */
  hear({ wanted, unwanted, had, answer }: Said): boolean {
    if (answer !== null) this.#answered(answer);
    for (const name of unwanted) this.#drop(name);
    for (const name of wanted) {
      if (!this.#held.has(name)) this.#doors.asked(name);
      const version = Object.hasOwn(had, name) ? (had[name] ?? null) : null;
      this.#held.set(name, { version, state: version === null ? "wanted" : "taken" });
    }
    for (const name of wanted) void this.#answerFor(name);
    return this.#held.size <= mostNames;
  }

  /**
   * Sends what is new for names that were asked for.
   *
   * @returns Envoy's words if it refuses it; null: it has it, or is gone and will ask again.
   */
  async refresh(names: Iterable<string>): Promise<string | null> {
    const refusals = await Promise.all([...names].map((name) => this.#search(name, "renewal")));
    return refusals.find((refusal) => refusal !== null) ?? null;
  }

  end(): void {
    for (const name of this.#held.keys()) this.#drop(name);
    const settle = [...this.#sent.values()].flatMap((sent) =>
      [...sent.values()].flatMap((one) => one.settle),
    );
    this.#sent.clear();
    for (const each of settle) each(null);
  }

  #drop(name: string): void {
    if (this.#held.delete(name)) this.#doors.unasked(name);
    for (const settle of this.#outgoing.get(name)?.settle ?? []) settle(null);
    this.#outgoing.delete(name);
  }

  async #answerFor(name: string): Promise<void> {
    const refusal = await this.#search(name, "question");
    if (refusal !== null) this.#doors.refused(name, refusal);
  }

  /** @returns Envoy's refusal of what was found for the name; null: none. */
  async #search(name: string, cause: "question" | "renewal"): Promise<string | null> {
    const secret = await this.#doors.find(name);
    const held = this.#held.get(name);
    if (secret === null || held === undefined) return null;
    // Who waits for it goes on waiting: that it is not there is not the last word.
    if (cause === "renewal" && held.state === "wanted" && secret.pair === null) return null;
    const isSame = held.version === secret.version && held.state !== "wanted";
    if (isSame && held.state === "taken") return null;
    const { promise, resolve } = Promise.withResolvers<string | null>();
    if (isSame && held.state === "sent") this.#waitWith(name, resolve);
    else this.#enqueue(secret, resolve);
    return await promise;
  }

  #waitWith(name: string, settle: Settle): void {
    const sent = [...this.#sent.values()].findLast((each) => each.has(name))?.get(name);
    if (sent === undefined) settle(null);
    else sent.settle.push(settle);
  }

  #enqueue(secret: Secret, settle: Settle): void {
    if (this.#outgoing.size === 0) setImmediate(() => this.#flush());
    const before = this.#outgoing.get(secret.name)?.settle ?? [];
    this.#outgoing.set(secret.name, { secret, settle: [...before, settle] });
  }

  #flush(): void {
    const outgoing = [...this.#outgoing.values()];
    this.#outgoing.clear();
    for (let from = 0; from < outgoing.length; from += mostInOne)
      this.#send(outgoing.slice(from, from + mostInOne));
  }

  #send(outgoing: readonly Outgoing[]): void {
    this.#nonce += 1;
    const nonce = String(this.#nonce);
    const secrets = outgoing.map(({ secret }) => secret);
    const isTold = this.#doors.tell(secrets, nonce);
    const sent = new Map<string, Sent>();
    for (const {
      secret: { name, version },
      settle,
    } of outgoing) {
      this.#held.set(name, { version, state: isTold ? "sent" : "taken" });
      sent.set(name, { version, settle: [...settle] });
    }
    this.#sent.set(nonce, sent);
    // What cannot be said is not answered either.
    if (!isTold) this.#answered({ nonce, refusal: null });
  }

  #answered({ nonce, refusal }: NonNullable<Said["answer"]>): void {
    const sent = this.#sent.get(nonce);
    if (sent === undefined) return;
    this.#sent.delete(nonce);
    for (const [name, { version, settle }] of sent) {
      const held = this.#held.get(name);
      if (held?.version === version && held.state === "sent")
        this.#held.set(name, { version, state: refusal === null ? "taken" : "refused" });
      for (const each of settle) each(refusal);
    }
  }
}
