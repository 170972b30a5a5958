import type { AddressInfo } from "node:net";
import { createSecureContext, createServer, type SecureContext } from "node:tls";
import type { Delivery, Driver, DriverOutcome, Removal } from "../../src/driver/driver.ts";
import { plainSerial } from "../../src/proof/handshake.ts";

interface Loaded {
  readonly names: readonly string[];
  readonly serial: string;
  readonly context: SecureContext;
}

/**
 * A proxy that terminates TLS and has its certificates in memory only, with a driver: what it does wrong is
 * set from outside.
 */
export class MemoryProxy implements Driver, AsyncDisposable {
  /** What it was told, in order, such as `put 12` or `remove 3`. */
  readonly told: string[] = [];
  /** The reason for which it cannot be asked; null: it can. */
  away: string | null = null;
  /** The reason for which nothing can be changed in it, while it says that it is well; null: it can. */
  locked: string | null = null;
  /** The reason for which it takes no certificate; null: it takes all. */
  refusal: string | null = null;
  /** Takes certificates, and goes on serving what it had. */
  isStuck = false;
  #boot = 1;
  readonly #loaded = new Map<string, Loaded>();
  readonly #server = createServer({ SNICallback: (name, answer) => answer(null, this.#contextFor(name)) });

  static async open(): Promise<MemoryProxy> {
    const proxy = new MemoryProxy();
    proxy.#server.on("tlsClientError", () => undefined);
    const { promise, resolve } = Promise.withResolvers<void>();
    proxy.#server.listen(0, "127.0.0.1", resolve);
    await promise;
    return proxy;
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: "127.0.0.1", port: (this.#server.address() as AddressInfo).port };
  }

  /** All it was given at run time is lost. */
  restart(): void {
    this.#boot += 1;
    this.#loaded.clear();
  }

  /** Somebody else takes a certificate out. */
  drop(lineageId: string): void {
    this.#loaded.delete(lineageId);
  }

  serials(): ReadonlyMap<string, string> {
    return new Map([...this.#loaded].map(([lineageId, { serial }]) => [lineageId, serial]));
  }

  async load(all: AsyncIterable<Delivery>): Promise<DriverOutcome> {
    if (this.away !== null) return { kind: "away", reason: this.away };
    for await (const delivery of all) {
      this.told.push(`load ${delivery.ref.certificateId}`);
      this.#take(delivery);
    }
    return { kind: "done" };
  }

  async put(delivery: Delivery): Promise<DriverOutcome> {
    this.told.push(`put ${delivery.ref.certificateId}`);
    const away = this.away ?? this.locked;
    if (away !== null) return { kind: "away", reason: away };
    if (this.refusal !== null) return { kind: "refused", reason: this.refusal };
    if (!this.isStuck) this.#take(delivery);
    return { kind: "done" };
  }

  async remove({ lineageId }: Removal): Promise<DriverOutcome> {
    this.told.push(`remove ${lineageId}`);
    if (this.away !== null) return { kind: "away", reason: this.away };
    this.#loaded.delete(lineageId);
    return { kind: "done" };
  }

  async list(): Promise<ReadonlyMap<string, string>> {
    return this.serials();
  }

  async health() {
    return this.away === null
      ? ({ kind: "up", bootId: String(this.#boot) } as const)
      : ({ kind: "away", reason: this.away } as const);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }

  #take({ lineageId, names, ref, pair }: Delivery): void {
    const context = createSecureContext({ cert: pair.chainPem, key: pair.keyPem });
    this.#loaded.set(lineageId, { names, serial: plainSerial(ref.serial), context });
  }

  #contextFor(name: string): SecureContext | undefined {
    const wildcard = name.replace(/^[^.]+/, "*");
    return [...this.#loaded.values()].find(({ names }) => names.includes(name) || names.includes(wildcard))
      ?.context;
  }
}
