import { setImmediate as nextTurn } from "node:timers/promises";
import { type Client, edgeRoutes, maxKeyPairs } from "@certmill/api/edge";
import type { KeyPair } from "../install/check-key-pair.ts";

interface Asked {
  readonly certificateId: string;
  readonly resolve: (pair: KeyPair | null) => void;
  readonly reject: (error: unknown) => void;
}

/** Requests under way at once: one is being answered while the next is on its way. */
const mostRequests = 2;

/**
 * Fetches certificates with their keys. What is asked for in the same turn of the event loop, or while requests are under way, goes into
 * the next one together, so that an edge that begins with nothing asks for a hundred at a time, and one at work for the one it needs.
 */
export class KeyPairFetcher {
  readonly #client: Client;
  readonly #edge: string;
  readonly #waiting: Asked[] = [];
  #requests = 0;

  constructor({ client, edge }: { readonly client: Client; readonly edge: string }) {
    this.#client = client;
    this.#edge = edge;
  }

  /**
   * Null: the server has no such certificate for this edge.
   *
   * @throws what the client throws.
   */
  async fetch(certificateId: string, signal: AbortSignal): Promise<KeyPair | null> {
    const { promise, resolve, reject } = Promise.withResolvers<KeyPair | null>();
    this.#waiting.push({ certificateId, resolve, reject });
    void this.#pump(signal);
    return await promise;
  }

  async #pump(signal: AbortSignal): Promise<void> {
    if (this.#requests === mostRequests) return;
    this.#requests += 1;
    await nextTurn();
    while (this.#waiting.length > 0) await this.#ask(this.#waiting.splice(0, maxKeyPairs), signal);
    this.#requests -= 1;
  }

  async #ask(asked: readonly Asked[], signal: AbortSignal): Promise<void> {
    try {
      const ids = [...new Set(asked.map(({ certificateId }) => certificateId))];
      const body = { ids, edge: this.#edge };
      const { items } = await this.#client.call(edgeRoutes.edgeCertificates, { body, signal });
      const pairs = new Map(items.map((item) => [item.certificateId, item]));
      for (const { certificateId, resolve } of asked) {
        resolve(pairs.get(certificateId) ?? null);
        // What is looked at now takes its time: handshakes come in between.
        await nextTurn();
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
