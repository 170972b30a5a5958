/** ClientHellos of a real client, whole, in pieces and damaged. */
import { Duplex } from "node:stream";
import { type ConnectionOptions, connect } from "node:tls";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { parseClientHello } from "./client-hello.ts";
import { wantsProof } from "./wants-proof.ts";

/** What OpenSSL says first. */
async function helloOf(options: ConnectionOptions): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const socket = new Duplex({ read: () => {}, write: (chunk: Buffer) => resolve(chunk) });
  const client = connect({ ...options, socket });
  client.on("error", () => {});
  const bytes = await promise;
  client.destroy();
  socket.destroy();
  return bytes;
}

let hello: Buffer;
beforeAll(async () => {
  hello = await helloOf({ servername: "Shop.example.com", ALPNProtocols: ["acme-tls/1"] });
});

test.each([
  [{ servername: "a.test", ALPNProtocols: ["acme-tls/1"] }, "a.test", ["acme-tls/1"], true],
  [{ servername: "a.test", ALPNProtocols: ["acme-tls/1", "h2"] }, "a.test", ["acme-tls/1", "h2"], false],
  [{ servername: "a.test", ALPNProtocols: ["h2", "http/1.1"] }, "a.test", ["h2", "http/1.1"], false],
  [{ servername: "a.test" }, "a.test", [], false],
  [{ ALPNProtocols: ["acme-tls/1"] }, null, ["acme-tls/1"], false],
] as const)("%o", async (options, serverName, protocols, isWanted) => {
  const bytes = await helloOf(options);
  expect(parseClientHello(bytes)).toEqual({ kind: "hello", hello: { serverName, protocols } });
  expect(wantsProof({ serverName, protocols })).toBe(isWanted);
});

test("in one piece as in any number of records; before its end there is more to come", () => {
  const whole = { kind: "hello", hello: { serverName: "shop.example.com", protocols: ["acme-tls/1"] } };
  fc.assert(
    fc.property(fc.integer({ min: 1, max: hello.length - 6 }), fc.nat(hello.length - 1), (cut, end) => {
      const [first, rest] = [hello.subarray(5, 5 + cut), hello.subarray(5 + cut)];
      const records = Buffer.concat([first, rest].flatMap((part) => [record(part.length), part]));
      expect(parseClientHello(records)).toEqual(whole);
      expect(parseClientHello(hello.subarray(0, end))).toEqual({ kind: "more" });
    }),
  );
});

const record = (length: number): Buffer => Buffer.from([22, 3, 1, length >> 8, length & 255]);

test("damaged bytes are no reason to fail, and none are waited for without an end", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(hello.length - 1), fc.nat(255)), { minLength: 1 }), (changes) => {
      const damaged = Buffer.from(hello);
      for (const [at, value] of changes) damaged[at] = value;
      expect(["hello", "more", "other"]).toContain(parseClientHello(damaged).kind);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(["hello", "more", "other"]).toContain(parseClientHello(Buffer.from(bytes)).kind);
    }),
  );
  expect(parseClientHello(Buffer.from("GET / HTTP/1.1\r\n")).kind).toBe("other");
  const endless = Buffer.concat(Array.from({ length: 40_000 }, () => Buffer.from([22, 3, 1, 0, 0])));
  expect(parseClientHello(endless).kind).toBe("other");
});
