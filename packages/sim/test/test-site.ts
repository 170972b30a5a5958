import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** What a site does with a request it gets from the CA. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

/** A web server for all names that the tests validate. */
export interface TestSite extends AsyncDisposable {
  readonly port: number;
  /** Serves `token.thumbprint` at the token's path. */
  publish(token: string, thumbprint: string): void;
  /** From now on every request goes here. */
  behave(behaviour: Behaviour): void;
  /** What the CA asked for, in the order it came. */
  readonly seen: { readonly host: string; readonly path: string; readonly from: string }[];
}

export async function startTestSite(): Promise<TestSite> {
  const bodies = new Map<string, string>();
  const seen: TestSite["seen"] = [];
  let behaviour: Behaviour = ({ url = "" }, response) => {
    const body = bodies.get(url);
    response.writeHead(body === undefined ? 404 : 200).end(body ?? "nothing here");
  };
  const server = createServer((request, response) => {
    const from = request.socket.remoteAddress ?? "";
    seen.push({ host: request.headers.host ?? "", path: request.url ?? "", from });
    behaviour(request, response);
  });
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await listening;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return {
    port: address.port,
    publish: (token, thumbprint) => {
      bodies.set(`/.well-known/acme-challenge/${token}`, `${token}.${thumbprint}`);
    },
    behave: (next) => {
      behaviour = next;
    },
    seen,
    [Symbol.asyncDispose]: async () => {
      const { promise: closed, resolve: close } = Promise.withResolvers<void>();
      server.close(() => {
        close();
      });
      server.closeAllConnections();
      await closed;
    },
  };
}
