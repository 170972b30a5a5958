/** The agent as a process beside a real nginx: what was stored is seen to be served, whoever dies meanwhile. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { shakeHands } from "../../packages/edge/src/proof/handshake.ts";
import { ChildAgent } from "../../packages/edge/test/support/child-agent.ts";
import { EdgeServer } from "../../packages/edge/test/support/edge-server.ts";
import { eventually } from "../../packages/edge/test/support/eventually.ts";
import { temporaryDirectory } from "../../packages/edge/test/support/running-agent.ts";
import { type PushNginx, preparePushNginx } from "../../tools/peers/push-nginx.ts";
import { QuickCa } from "../../tools/peers/quick-ca.ts";
import { runCertmill } from "./support/certmill.ts";

const ca = new QuickCa();
let opened: AsyncDisposableStack;
let place: PushNginx;

beforeAll(async () => {
  await using starting = new AsyncDisposableStack();
  place = starting.use(await preparePushNginx());
  const installed = await runCertmill(["edge", "install", "nginx", "--apply", ...place.installOptions]);
  expect(installed).toMatchObject({ code: 0 });
  opened = starting.move();
});
afterAll(() => opened.disposeAsync());

const servedFor = async (name: string) =>
  await shakeHands({ host: "127.0.0.1", port: place.port }, name, AbortSignal.timeout(10_000));

test("nginx restarted, the agent killed: in the end all is served, and each receipt came after a handshake", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  const argv = ["--proxy", "nginx", "--proxy-socket", place.socket, "--prove", `127.0.0.1:${place.port}`];
  const names = Array.from({ length: 20 }, (_, i) => `n${i}.example.com`);
  const newest = new Map<string, string>();
  let certificates = 0;
  const renew = (name: string) => {
    const made = ca.issue(name);
    certificates += 1;
    newest.set(name, made.serial);
    server.put(name.replaceAll(".", "-"), String(certificates), [name], made);
  };
  for (const name of names) renew(name);

  // The agent is there before nginx is.
  await using first = new ChildAgent(server, directory.path, { argv });
  await eventually("nginx is missed", () => first.log.includes("the proxy cannot be reached"));
  expect(server.receipts).toEqual([]);
  {
    await using _nginx = await place.start(2);
    await eventually("all are served", () => server.served().length === names.length);
    renew("n1.example.com");
    await eventually("the renewal is served", () => server.served().includes("21"));
  }
  // What nginx had in memory is gone; the agent is killed before it can have noticed.
  first.kill("SIGKILL");
  await first.ending;
  renew("n2.example.com");
  const before = server.receipts.length;
  await using _nginx = await place.start(2);
  await using second = new ChildAgent(server, directory.path, { argv });
  await eventually("all are proved again", () => server.receipts.length >= before + names.length);
  expect(second.log).toContain("the proxy has loaded 20 certificates");
  await eventually("the renewal is served", () => server.served().includes("22"));
  for (const [name, serial] of newest)
    expect(await servedFor(name), name).toEqual({ kind: "served", serial });
  expect(server.receipts.filter(({ error }) => error !== null)).toEqual([]);
  second.kill("SIGTERM");
  expect(await second.ending).toEqual({ code: 0, signal: null });
});
