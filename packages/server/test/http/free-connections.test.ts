import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import Fastify from "fastify";
import { expect, test } from "vitest";
import { freeConnections } from "../../src/http/free-connections.ts";

test("a server ends although clients keep their connections, and have opened others ahead", async () => {
  const app = Fastify({ forceCloseConnections: "idle" });
  const closing = new AbortController();
  const { signal } = closing;
  app.addHook("preClose", async () => closing.abort());
  freeConnections(app, signal);
  app.get("/poll", () => new Promise((done) => signal.addEventListener("abort", () => done("over"))));
  app.get("/stream", (_, reply) => {
    const body = new PassThrough();
    body.write("begun, ");
    signal.addEventListener("abort", () => body.end("over"));
    return reply.send(body);
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  // Never: what is not freed is waited for as long as the test may take.
  Object.assign(app.server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
  const { port } = app.server.address() as AddressInfo;

  const agent = new Agent({ keepAlive: true });
  const asked = async (path: string): Promise<IncomingMessage> => {
    const [response] = await once(get({ port, path, agent }), "response");
    return response;
  };
  const accepted = once(app.server, "connection");
  const ahead = connect(port, "127.0.0.1").resume();
  const endsAhead = once(ahead, "close");
  await accepted;
  const heard = once(app.server, "request");
  const poll = asked("/poll");
  await heard;
  const stream = await asked("/stream");

  const ended = app.close();
  const polled = await poll;
  expect(polled.headers.connection).toBe("close");
  expect(await text(polled)).toBe("over");
  expect(await text(stream)).toBe("begun, over");
  await endsAhead;
  await ended;
});
