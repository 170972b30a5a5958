import { type Client, edgeRoutes } from "@certmill/api/edge";
import { lineageFault } from "../feed/lineage-fault.ts";
import { serverTrouble } from "../feed/server-trouble.ts";
import type { Holdings } from "../holding/holdings.ts";
import type { StateKeeper } from "../holding/state-keeper.ts";
import { Answers, type Cover, type NoCertificate } from "./answers.ts";
import { AskingPace } from "./asking-pace.ts";

export interface DemandsOptions {
  readonly client: Client;
  readonly edge: string;
  readonly holdings: Holdings;
  readonly keeper: Pick<StateKeeper, "written">;
  /**
   * Milliseconds that a handshake is held up, for the server's answer and for a certificate that is on its way; 8,000 by
   * default: clients give up after ten seconds or more.
   */
  readonly patience?: number;
}

type Answer = NoCertificate | { readonly kind: "served"; readonly coveredBy: Cover };

/**
 * Names of handshakes that nothing is installed for. The server is asked once for each, whoever else wants it
 * meanwhile; its no is kept for a while, and a certificate is installed before all others.
 */
export class Demands {
  readonly #options: DemandsOptions;
  readonly #patience: number;
  readonly #answers = new Answers();
  readonly #underWay = new Map<string, Promise<Answer>>();
  readonly #pace = new AskingPace();

  constructor(options: DemandsOptions) {
    this.#options = options;
    this.#patience = options.patience ?? 8_000;
  }

  /**
   * Waits until something is installed for a name, if there is anything to wait for.
   *
   * @param name in lower case.
   * @returns whether there is.
   */
  async installed(name: string, signal: AbortSignal): Promise<boolean> {
    const giveUpAt = Date.now() + this.#patience;
    const { kind } = await this.ask(name, signal);
    if (kind !== "served" && kind !== "begun") return false;
    return await this.arrival(name, signal, giveUpAt);
  }

  /** Waits until what is on its way for a name is installed, both of a pair. @returns whether something came in time. */
  async arrival(
    name: string,
    signal: AbortSignal,
    giveUpAt: number = Date.now() + this.#patience,
  ): Promise<boolean> {
    const { holdings } = this.#options;
    while (holdings.installedFor(name) === null || holdings.awaitsTwin(name)) {
      if (signal.aborted || Date.now() >= giveUpAt) return holdings.installedFor(name) !== null;
      await holdings.arrivalFor(name, giveUpAt, signal);
    }
    return true;
  }

  /** What the server says of a name; a domain without a certificate may be begun by it. */
  async ask(name: string, signal: AbortSignal): Promise<Answer> {
    if (!hostName.test(name) || name.length > 253) return { kind: "unknown" };
    const known = this.#answers.get(name, Date.now());
    if (known !== null) return known;
    const underWay = this.#underWay.get(name);
    if (underWay !== undefined) return await underWay;
    if (!this.#pace.take(name, Date.now())) return { kind: "failed" };
    const asking = this.#askServer(name, signal);
    this.#underWay.set(name, asking);
    try {
      const answer = await asking;
      if (answer.kind !== "served") this.#answers.set(name, answer, Date.now());
      return answer;
    } finally {
      this.#underWay.delete(name);
    }
  }

  async #askServer(name: string, signal: AbortSignal): Promise<Answer> {
    const { client, edge, holdings, keeper } = this.#options;
    // A server that is silent must not hold up a handshake for longer than one that works at it.
    const limited = AbortSignal.any([signal, AbortSignal.timeout(this.#patience)]);
    try {
      const demand = await client.call(edgeRoutes.demandCertificate, {
        body: { name, edge },
        signal: limited,
      });
      if (demand.kind !== "served") return demand;
      if (lineageFault(demand.certificate) !== null) return { kind: "failed" };
      holdings.acceptDemanded(demand.certificate);
      await keeper.written();
      holdings.release();
      return { kind: "served", coveredBy: demand.certificate.names.includes(name) ? "name" : "wildcard" };
    } catch (error) {
      if (!limited.aborted && serverTrouble(error) === null) throw error;
      return { kind: "failed" };
    }
  }
}

/** A host name of two labels or more, as it stands in a handshake. */
const hostName = /^(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+$/;
