import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RenewalWindow } from "@certmill/domain";

/** A CA that makes accounts and tells when certificates are to be renewed, and no more. */
export interface RenewalAnswerer extends AsyncDisposable {
  readonly directoryUrl: string;
  /** Requests for renewal information, so far. */
  readonly asked: number;
  /** TCP connections, so far. */
  readonly connections: number;
}

/** Every certificate has the same window; to be asked again in six hours, a fifth more or less, as Let's Encrypt does. */
export async function startRenewalAnswerer({ start, end }: RenewalWindow): Promise<RenewalAnswerer> {
  const text = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
  const info = JSON.stringify({ suggestedWindow: { start: text(start), end: text(end) } });
  let asked = 0;
  let connections = 0;
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { url = "/", method } = request;
    request.resume();
    if (url.startsWith("/renewal-info/")) {
      asked += 1;
      const retryAfter = Math.round(21_600 * (0.8 + 0.4 * Math.random()));
      answer(response, 200, info, { "retry-after": String(retryAfter) });
    } else if (url === "/directory") answer(response, 200, JSON.stringify(directory(base())));
    else if (url === "/nonce") answer(response, 200, "", { "replay-nonce": "bench" });
    else if (url === "/account" && method === "POST")
      answer(response, 201, '{"status":"valid"}', {
        location: `${base()}/account/1`,
        "replay-nonce": "bench",
      });
    else answer(response, 503, "{}");
  });
  server.on("connection", () => {
    connections += 1;
  });
  const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  return {
    directoryUrl: `${base()}/directory`,
    get asked() {
      return asked;
    },
    get connections() {
      return connections;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

const directory = (base: string): object => ({
  newNonce: `${base}/nonce`,
  newAccount: `${base}/account`,
  newOrder: `${base}/order`,
  revokeCert: `${base}/revoke`,
  keyChange: `${base}/key`,
  renewalInfo: `${base}/renewal-info`,
});

function answer(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    ...headers,
  });
  response.end(body);
}
