import { randomUUID } from "node:crypto";
import { plainSerial } from "../proof/handshake.ts";
import type { Delivery, DriverOutcome, ProxyHealth, Removal } from "./driver.ts";

/**
 * What a driver was given whose proxy asks for certificates: they are in this process, so that it answers for the proxy
 * what it has, and the proxy can lose nothing.
 */
export class GivenSerials {
  readonly #bootId = randomUUID();
  readonly #serials = new Map<string, string>();

  async load(all: AsyncIterable<Delivery>, signal: AbortSignal): Promise<DriverOutcome> {
    this.#serials.clear();
    for await (const delivery of all) {
      if (signal.aborted) return { kind: "away", reason: "the agent was stopped meanwhile" };
      this.put(delivery);
    }
    return { kind: "done" };
  }

  put({ lineageId, ref }: Delivery): void {
    this.#serials.set(lineageId, plainSerial(ref.serial));
  }

  remove({ lineageId }: Removal): void {
    this.#serials.delete(lineageId);
  }

  list(): ReadonlyMap<string, string> {
    return new Map(this.#serials);
  }

  health(): ProxyHealth {
    return { kind: "up", bootId: this.#bootId };
  }
}
