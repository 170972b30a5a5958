import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedMessage {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly type: string;
  readonly domain: string | null;
}

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: ReceivedMessage[];
  /** Resolves when so many messages have come. */
  waitFor(count: number): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An endpoint on this machine. @param reply what it answers; never: the connection stays open. */
export async function startReceiver(
  reply: (message: ReceivedMessage, count: number) => Reply | "never" = () => ({ status: 204 }),
): Promise<Receiver> {
  const received: ReceivedMessage[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat(await request.toArray()).toString();
    const { type = "", data = {} } = body === "" ? {} : JSON.parse(body);
    const message = { headers: request.headers, body, type, domain: data.domain ?? null };
    received.push(message);
    const answer = reply(message, received.length);
    for (const { count, resolve } of waiting) if (received.length >= count) resolve();
    if (answer !== "never") response.writeHead(answer.status, answer.headers).end(answer.body);
  };
  // A sender may leave before its message is whole.
  const server = createServer(
    (request, response) => void receive(request, response).catch(() => response.destroy()),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    received,
    waitFor: (count) =>
      new Promise((resolve) => {
        waiting.push({ count, resolve });
        if (received.length >= count) resolve();
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
