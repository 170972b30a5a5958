import { createClient } from "@redis/client";
import type { Log } from "../../log/edge-event.ts";
import { plainSerial } from "../../proof/handshake.ts";
import type { Delivery } from "../driver.ts";
import { deliveryText, labelsOf } from "./delivery-text.ts";
import { seal } from "./seal.ts";

export interface SharedCacheOptions {
  /** `redis:` or `rediss:`, or a socket's path. */
  readonly url: string;
  readonly password: string | null;
  /** 32 bytes that the agents of a fleet and their nginx have in common. */
  readonly key: Buffer;
  readonly log: Log;
}

/** Milliseconds for an answer: what waits for it is a certificate that is loaded already. */
const deadline = 2_000;

const serialsKey = "certmill:serials";

/**
 * The Redis that nginx looks into for names that it has nothing for (`shared.lua`). All agents of an edge group write the same to
 * it. Nothing here throws, and nothing that goes wrong keeps a certificate from being served.
 */
export class SharedCache implements AsyncDisposable {
  readonly #options: SharedCacheOptions;
  readonly #client;
  /** What Redis has, by lineage, since it was last reached anew. */
  #serials = new Map<string, string>();
  /** Of the Redis that is reached now; null: none is. */
  #runId: string | null = null;
  #isMissed = false;

  constructor(options: SharedCacheOptions) {
    const { url, password } = options;
    this.#options = options;
    this.#client = createClient({
      url,
      ...(password === null ? {} : { password }),
      disableOfflineQueue: true,
      commandOptions: { timeout: deadline },
      socket: { connectTimeout: deadline, reconnectStrategy: (tries) => Math.min(100 * 2 ** tries, 10_000) },
    });
    this.#client.on("error", (error: Error) => this.#lost(error));
    this.#client.on("ready", () => void this.#found());
    // It goes on trying by itself.
    this.#client.connect().catch((error: Error) => this.#lost(error));
  }

  /** Another one whenever entries may be missing that were written, or should have been. */
  get bootId(): string {
    return this.#runId ?? "away";
  }

  /** Whether it has the lineage's certificate, or cannot be asked and so should not be waited for. */
  has(lineageId: string, serial: string): boolean {
    return this.#runId === null || this.#serials.get(lineageId) === serial;
  }

  async put(delivery: Delivery): Promise<void> {
    const { lineageId, ref } = delivery;
    const EXAT = Math.floor(Date.parse(ref.notAfter) / 1_000);
    const serial = plainSerial(ref.serial);
    const sealed = seal(this.#options.key, deliveryText(delivery), lineageId);
    await this.#try(async () => {
      const all = this.#client.multi().set(`certmill:certificate:${lineageId}`, sealed, {
        expiration: { type: "EXAT", value: EXAT },
      });
      for (const label of labelsOf(delivery))
        all.set(`certmill:name:${label}`, lineageId, { expiration: { type: "EXAT", value: EXAT } });
      await all.hSet(serialsKey, lineageId, serial).exec();
      this.#serials.set(lineageId, serial);
    });
  }

  /** Names that lead to nothing stay until they expire, or are another lineage's by now. */
  async remove(lineageId: string): Promise<void> {
    await this.#try(async () => {
      await this.#client.multi().del(`certmill:certificate:${lineageId}`).hDel(serialsKey, lineageId).exec();
      this.#serials.delete(lineageId);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy();
  }

  async #found(): Promise<void> {
    await this.#try(async () => {
      const [info, serials] = await Promise.all([
        this.#client.info("server"),
        this.#client.hGetAll(serialsKey),
      ]);
      this.#serials = new Map(Object.entries(serials));
      this.#runId = /^run_id:(\S+)/m.exec(info)?.[1] ?? "unknown";
      if (this.#isMissed) this.#options.log({ kind: "warning", warning: "Redis can be reached again" });
      this.#isMissed = false;
    });
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#lost(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #lost({ message }: Error): void {
    this.#runId = null;
    if (this.#isMissed) return;
    this.#isMissed = true;
    const warning = `Redis cannot be used: ${message || "no connection"}; nginx is served from here alone`;
    this.#options.log({ kind: "warning", warning });
  }
}
