import { mkdtempDisposable } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SocketCaller } from "./socket-call.ts";

const signal = new AbortController().signal;
const call = { method: "GET", path: "/v1/health" } as const;

async function listenOn(path: string): Promise<Server> {
  const server = createServer((_, response) => response.end("ok"));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}

test("when every kept connection was closed, it is asked over a new one", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-socket-"));
  const path = join(directory.path, "admin.sock");
  const server = await listenOn(path);
  let closing = false;
  const seen = new Set<object>();
  server.on("connection", (socket) => {
    // A kept connection is closed as soon as it is used again, as by a worker that is about to leave.
    socket.on("data", () => {
      if (closing && seen.has(socket)) socket.destroy();
      seen.add(socket);
    });
  });
  const caller = new SocketCaller(path, 4);
  const answered = { kind: "answered", status: 200, body: "ok" };
  const four = () => Promise.all(Array.from({ length: 4 }, () => caller.call(call, signal)));
  expect(await four()).toEqual([answered, answered, answered, answered]);
  closing = true;
  for (let time = 0; time < 4; time += 1) expect(await caller.call(call, signal)).toEqual(answered);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await caller.call(call, signal)).toEqual({
    kind: "away",
    reason: expect.stringContaining("nginx does not run"),
  });
});
