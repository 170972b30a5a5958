import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import type { Receipt } from "@certmill/api/edge";
import { afterAll, expect, test } from "vitest";
import { Bell } from "../src/flow/bell.ts";
import { Retries } from "../src/flow/retries.ts";
import { Holdings } from "../src/holding/holdings.ts";
import type { EdgeEvent } from "../src/log/edge-event.ts";
import { plainSerial } from "../src/proof/handshake.ts";
import { type ProveOptions, proveLineages } from "../src/proof/prove-lineages.ts";
import { proveServed } from "../src/proof/prove-served.ts";
import { eventually } from "./support/eventually.ts";
import { TestCa, type TestCertificate } from "./support/test-ca.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());
const names = ["shop.example.com", "127.0.0.2"];

test("a name is looked for where the proxy is, an address at that address", async () => {
  const [ours, other] = [ca.issue(names), ca.issue(["other.example.com"])];
  await using byName = await serve(ours, { host: "127.0.0.1", port: 0 });
  const { port } = byName;
  const at = { host: "127.0.0.1", port, patience: 0, verifies: "all" } as const;
  const prove = () => proveServed(at, { ...ours, names, certificateId: "1" }, AbortSignal.timeout(20_000));
  expect(await prove()).toMatchObject({
    kind: "unreachable",
    reason: expect.stringContaining(`for 127.0.0.2 at 127.0.0.2:${port}`),
  });
  {
    await using _another = await serve(other, { host: "127.0.0.2", port });
    const reason = `127.0.0.2:${port} serves serial ${plainSerial(other.serial)} for 127.0.0.2, not ${plainSerial(ours.serial)}`;
    expect(await prove()).toEqual({ kind: "another", reason });
  }
  await using _byAddress = await serve(ours, { host: "127.0.0.2", port });
  expect(await prove()).toEqual({ kind: "proved" });
});

test("that a newer certificate is served already is told of the newer one, and is no fault of the one before", async () => {
  const [older, newer] = [ca.issue(names), ca.issue(names)];
  await using proxy = await serve(newer, { host: "127.0.0.1", port: 0 });
  const bell = new Bell();
  const holdings = new Holdings(() => bell.ring());
  const retries = new Retries({ least: 1, most: 1 });
  const name = names.slice(0, 1);
  const [before, after] = [
    { certificateId: "1", names: name, ...older },
    { certificateId: "2", names: name, ...newer },
  ];
  // The proxy has taken the newer one, and has not said so yet.
  const shared = { lineageId: "7", names: name, twinOf: null, proved: null };
  holdings.resume("c", [{ ...shared, wanted: after, installed: after, loaded: before }]);
  const reported: Receipt[] = [];
  const logged: EdgeEvent[] = [];
  const options: ProveOptions = {
    proveAt: { host: "127.0.0.1", port: proxy.port },
    patience: 0,
    onAnother: "load-again",
    onePerName: false,
    holdings,
    retries,
    bell,
    report: (receipt) => reported.push(receipt),
    log: (event) => logged.push(event),
  };
  const end = new AbortController();
  const proving = proveLineages(options, end.signal);
  await eventually("the older one was looked at", () => retries.notBefore(`7/1-${older.serial}`) > 0);
  expect(holdings.get("7")?.loaded).toMatchObject({ certificateId: "1" });
  holdings.markLoaded(new Map([["7", after]]));
  await eventually("the newer one is proved", () => reported.length > 0);
  end.abort();
  await proving;
  expect(reported).toMatchObject([{ lineageId: "7", certificateId: "2", error: null }]);
  expect(logged).toEqual([]);
});

/** Serves one certificate to everybody. */
async function serve(
  { chainPem, keyPem }: TestCertificate,
  at: { readonly host: string; readonly port: number },
): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer({ cert: chainPem, key: keyPem });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(at.port, at.host, resolve);
  await promise;
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise((closed) => server.close(() => closed())),
  };
}
