import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { answer, startHttpServer } from "../../test/http-server.ts";
import type { AcmeHttpRequest } from "./transport.ts";
import { undiciTransport } from "./undici-transport.ts";

function ask(url: string, request: Partial<AcmeHttpRequest> = {}): AcmeHttpRequest {
  return { method: "GET", url, headers: {}, body: null, signal: null, ...request };
}

/** Sends bytes as they are: `reply` is given the number of the connection, from 0, and of the request on it. */
async function startRawServer(reply: (socket: Socket, connection: number, request: number) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const connection = sockets.push(socket) - 1;
    let request = 0;
    socket.on("error", () => {});
    socket.on("data", () => {
      reply(socket, connection, request);
      request += 1;
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}/`,
    connections: () => sockets.length,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}

describe("where an answer ends", () => {
  it("is what its length says: what comes after is no part of it, nor of the next answer", async () => {
    const smuggled = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nsmuggled";
    await using server = await startRawServer((socket, connection) => {
      const body = connection === 0 ? `first${smuggled}` : "other";
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n${body}`);
    });
    await using transport = undiciTransport({ connections: 1 });
    const [first, second] = await Promise.all([transport(ask(server.url)), transport(ask(server.url))]);
    expect([first.body, second.body]).toEqual(["first", "other"]);
    expect(server.connections()).toBe(2);
  });

  it("is not where the connection does, when more was promised", async () => {
    await using server = await startRawServer((socket) => {
      socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    });
    await using transport = undiciTransport();
    await expect(transport(ask(server.url))).rejects.toThrow();
  });

  it("is the last chunk, wherever the connection is cut", async () => {
    const whole = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n";
    let length = 0;
    await using server = await startRawServer((socket) => socket.end(whole.slice(0, length)));
    await using transport = undiciTransport();
    for (; length < whole.length; length += 1) {
      await expect(transport(ask(server.url)), `cut at byte ${length}`).rejects.toThrow();
    }
    expect((await transport(ask(server.url))).body).toBe("body");
  });

  it("must be told by a success, while an error page may end with its connection", async () => {
    await using server = await startRawServer((socket, connection) => {
      socket.end(`HTTP/1.1 ${connection === 0 ? "200 OK" : "503 Busy"}\r\nConnection: close\r\n\r\nhalf a p`);
    });
    await using transport = undiciTransport();
    await expect(transport(ask(server.url))).rejects.toMatchObject({ code: "bad-response" });
    expect(await transport(ask(server.url))).toMatchObject({ status: 503, body: "half a p" });
  });
});

describe("a connection", () => {
  it("is kept after a HEAD", async () => {
    await using server = await startHttpServer((_, response) => answer(response, 200, {}, "ok"));
    await using transport = undiciTransport({ connections: 1 });
    expect((await transport(ask(server.origin, { method: "HEAD" }))).body).toBe("");
    expect((await transport(ask(server.origin))).body).toBe("ok");
    expect(server.connections()).toBe(1);
  });

  it("is not lost by a request that was given up while it queued, which is never sent", async () => {
    const asked: (string | undefined)[] = [];
    const started = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    await using server = await startHttpServer(async ({ url }, response) => {
      asked.push(url);
      started.resolve();
      if (url === "/first") await release.promise;
      answer(response, 200, {}, "ok");
    });
    await using transport = undiciTransport({ connections: 1 });
    const caller = new AbortController();
    const first = transport(ask(`${server.origin}/first`));
    const second = transport(ask(`${server.origin}/second`, { signal: caller.signal }));
    const third = transport(ask(`${server.origin}/third`));
    await started.promise;
    caller.abort(new Error("draining"));
    await expect(second).rejects.toThrow("draining");
    release.resolve();
    expect([(await first).body, (await third).body]).toEqual(["ok", "ok"]);
    expect(asked).toEqual(["/first", "/third"]);
    expect(server.connections()).toBe(1);
  });

  it("that is busy does not hold up the deadline of what queues for it", async () => {
    await using server = await startHttpServer(() => {});
    await using transport = undiciTransport({ connections: 1, timeout: 60 });
    const both = await Promise.allSettled([transport(ask(server.origin)), transport(ask(server.origin))]);
    expect(
      both.map(({ status, ...rest }) => [status, "reason" in rest ? rest.reason.message : null]),
    ).toEqual([
      ["rejected", "no whole answer within 60 ms"],
      ["rejected", "no whole answer within 60 ms"],
    ]);
  });

  it("ends for what queues for it, too, when the transport is disposed of", async () => {
    const asked = Promise.withResolvers<void>();
    await using server = await startHttpServer(() => asked.resolve());
    const transport = undiciTransport({ connections: 1 });
    const both = Promise.allSettled([transport(ask(server.origin)), transport(ask(server.origin))]);
    await asked.promise;
    await transport[Symbol.asyncDispose]();
    expect((await both).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });
});
