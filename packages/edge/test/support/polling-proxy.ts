import { X509Certificate } from "node:crypto";
import { createSecureContext, createServer, type SecureContext } from "node:tls";
import { pause } from "../../src/flow/pause.ts";
import { closeServer, listenOn } from "../../src/listen/listen-on.ts";
import { get } from "./get.ts";

/** As much of Traefik's dynamic configuration as is read here. */
interface Configuration {
  readonly tls?: {
    readonly certificates: readonly { readonly certFile: string; readonly keyFile: string }[];
  };
}

/** Milliseconds between two questions. */
const pollInterval = 20;

/**
 * Terminates TLS with the certificates of a document that it asks for again and again, as Traefik's HTTP provider does: by the
 * certificates' own names, the last good document if the next is refused.
 */
export class PollingProxy implements AsyncDisposable {
  readonly #stop = new AbortController();
  #served: readonly { readonly leaf: X509Certificate; readonly context: SecureContext }[] = [];
  #last = "";
  readonly #server = createServer({
    SNICallback: (name, answer) =>
      answer(null, this.#served.find(({ leaf }) => leaf.checkHost(name) !== undefined)?.context),
  });
  readonly #polling: Promise<void>;
  readonly #ask: () => { readonly port: number; readonly path: string };

  private constructor(ask: () => { readonly port: number; readonly path: string }) {
    this.#ask = ask;
    this.#server.on("tlsClientError", () => undefined);
    this.#polling = this.#poll();
  }

  /** @param ask where, at each question. */
  static async open(ask: () => { readonly port: number; readonly path: string }): Promise<{
    readonly proxy: PollingProxy;
    readonly address: { readonly host: string; readonly port: number };
  }> {
    const proxy = new PollingProxy(ask);
    return { proxy, address: { host: "127.0.0.1", port: await listenOn(proxy.#server, 0, "127.0.0.1") } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#polling;
    await closeServer(this.#server);
  }

  async #poll(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const said = await get(this.#ask()).catch(() => null);
      if (said?.status === 200 && said.body !== this.#last) this.#take(said.body);
      await pause(pollInterval, this.#stop.signal);
    }
  }

  #take(text: string): void {
    this.#last = text;
    const { tls } = JSON.parse(text) as Configuration;
    this.#served = (tls?.certificates ?? []).map(({ certFile, keyFile }) => ({
      leaf: new X509Certificate(certFile),
      context: createSecureContext({ cert: certFile, key: keyFile }),
    }));
  }
}
