import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { afterAll, expect, test } from "vitest";
import { plainSerial } from "../src/proof/handshake.ts";
import { proveServed } from "../src/proof/prove-served.ts";
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
