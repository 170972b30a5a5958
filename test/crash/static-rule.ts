import { createServer } from "node:http";
import { closeServer, listen } from "../../packages/server/src/serve-listener.ts";
import type { Mortal } from "./mortal.ts";

/** The one rule of a reverse proxy: challenges go to the responder, whichever process is it just now. */
export interface StaticRule extends AsyncDisposable {
  readonly port: number;
  /** From now on requests are calls of `mortal`. */
  lead(responderUrl: string, mortal: Mortal): void;
  /** The responder is gone: requests wait for the next one, as a proxy that tries again. */
  hold(): void;
}

interface Target {
  readonly url: string;
  readonly mortal: Mortal;
}

export async function startStaticRule(): Promise<StaticRule> {
  let target = Promise.withResolvers<Target>();
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    forward(path).then(
      ({ status, body }) => response.writeHead(status).end(body),
      () => request.socket.destroy(),
    );
  });

  async function forward(path: string): Promise<{ status: number; body: string }> {
    const { url, mortal } = await target.promise;
    return mortal.call(`responder: ${path.replace(/[^/]*$/, "…")}`, async () => {
      const response = await fetch(url + path);
      return { status: response.status, body: await response.text() };
    });
  }

  const url = await listen(server, { host: "127.0.0.1", port: 0 });
  return {
    port: Number(new URL(url).port),
    lead: (responderUrl, mortal) => target.resolve({ url: responderUrl, mortal }),
    hold: () => {
      target = Promise.withResolvers();
    },
    [Symbol.asyncDispose]: () => closeServer(server, 0),
  };
}
