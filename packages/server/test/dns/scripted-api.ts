import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  /** Parsed where it is JSON, else as it came. */
  readonly body: unknown;
}

export interface Told {
  readonly status: number;
  /** A text goes as it is, all else as JSON. */
  readonly body: unknown;
}

export interface ScriptedApi extends AsyncDisposable {
  readonly url: string;
  readonly asked: Asked[];
}

/** An HTTP API on loopback that answers by a function, and remembers what it was asked. */
export async function startScriptedApi(answer: (asked: Asked) => Told): Promise<ScriptedApi> {
  const all: Asked[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const url = new URL(request.url ?? "", "http://localhost");
      const text = Buffer.concat(pieces).toString();
      const asked = {
        method: request.method ?? "",
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: text.startsWith("{") ? (JSON.parse(text) as unknown) : text,
      };
      all.push(asked);
      const { status, body } = answer(asked);
      response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: all,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await server[Symbol.asyncDispose]();
    },
  };
}
