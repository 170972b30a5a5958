/** nginx that asks the agent for names of handshakes that it does not have; two workers. */
import { createServer } from "node:http";
import { connect } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { shakeHands } from "../../packages/edge/src/proof/handshake.ts";
import { ChildAgent } from "../../packages/edge/test/support/child-agent.ts";
import { EdgeServer } from "../../packages/edge/test/support/edge-server.ts";
import { eventually } from "../../packages/edge/test/support/eventually.ts";
import { temporaryDirectory } from "../../packages/edge/test/support/running-agent.ts";
import { freePort } from "../../tools/peers/free-port.ts";
import type { Nginx } from "../../tools/peers/nginx.ts";
import { type PushNginx, preparePushNginx } from "../../tools/peers/push-nginx.ts";
import { QuickCa } from "../../tools/peers/quick-ca.ts";
import { runCertmill } from "./support/certmill.ts";
import { tellOnFailure } from "./support/tell-on-failure.ts";

const ca = new QuickCa();
let opened: AsyncDisposableStack;
let place: PushNginx;
let nginx: Nginx;
let askedAt: number;

beforeAll(async () => {
  await using starting = new AsyncDisposableStack();
  place = starting.use(await preparePushNginx());
  askedAt = await freePort();
  const options = ["--apply", "--ask", `127.0.0.1:${askedAt}`, ...place.installOptions];
  expect(await runCertmill(["edge", "install", "nginx", ...options])).toMatchObject({ code: 0 });
  nginx = starting.use(await place.start(2));
  opened = starting.move();
});
afterAll(() => opened.disposeAsync());

const serialFor = async (name: string) => {
  const at = { host: "127.0.0.1", port: place.port };
  const shown = await shakeHands(at, name, AbortSignal.timeout(20_000));
  return shown.kind === "served" ? shown.serial : shown.reason;
};

test("an agent that knows nothing is asked once for a name by all workers; one that is away costs no time", async () => {
  tellOnFailure({ nginx });
  const fallback = await serialFor("nobody-listens.example.com");
  const asked: string[] = [];
  await using agent = createServer(({ url = "" }, response) => {
    asked.push(url);
    response.writeHead(url.endsWith("waits.example.com") ? 202 : 404).end("no");
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  agent.listen(askedAt, "127.0.0.1", resolve);
  await promise;
  const names = ["unknown.example.com", "waits.example.com"];
  for (const name of [...names, ...names, ...names, "no-host", "UNKNOWN.example.com"])
    expect(await Promise.all(Array.from({ length: 6 }, () => serialFor(name)))).toEqual(
      Array(6).fill(fallback),
    );
  expect(asked).toEqual(names.map((name) => `/v1/demand?name=${name}`));
});

test("a handshake for a domain that has no certificate yet begins it, and is served by it when it comes", async () => {
  tellOnFailure({ nginx });
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  const argv = ["--proxy", "nginx", "--proxy-socket", place.socket, "--prove", "none"];
  const known = ca.issue("known.example.com");
  server.put("known", "1", ["known.example.com"], known);
  await using agent = new ChildAgent(server, directory.path, {
    argv: [...argv, "--proxy-listen", `127.0.0.1:${askedAt}`],
  });
  await eventually("the known one is loaded", () => server.served().includes("1"));
  server.begins.add("late.example.com");
  const waiting = [serialFor("late.example.com"), serialFor("late.example.com")];
  await eventually("the server is asked", () => server.asked("demandCertificate") === 1);
  const late = ca.issue("late.example.com");
  server.put("late", "2", ["late.example.com"], late);
  expect(await Promise.all(waiting)).toEqual([late.serial, late.serial]);
  expect(await serialFor("known.example.com")).toBe(known.serial);
  const fallback = await serialFor("nobody.example.com");
  expect([known.serial, late.serial]).not.toContain(fallback);
  expect(server.asked("demandCertificate"), "each unknown name once").toBe(2);
  agent.kill("SIGTERM");
  expect(await agent.ending).toEqual({ code: 0, signal: null });
});

test("a client that goes away while it waits leaves nothing behind", async () => {
  tellOnFailure({ nginx });
  const held: (() => void)[] = [];
  await using agent = createServer((_, response) => {
    held.push(() => response.writeHead(404).end());
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  agent.listen(askedAt, "127.0.0.1", resolve);
  await promise;
  const socket = connect({
    host: "127.0.0.1",
    port: place.port,
    servername: "gone.example.com",
    rejectUnauthorized: false,
  });
  socket.once("error", () => undefined);
  await eventually("it is asked", () => held.length === 1);
  socket.destroy();
  held[0]?.();
  const next = serialFor("next.example.com");
  await eventually("the next one is asked", () => held.length === 2);
  held[1]?.();
  await next;
});
