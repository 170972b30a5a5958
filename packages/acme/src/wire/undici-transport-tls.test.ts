import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { makeChain } from "../../test/certificate-chain.ts";
import { answer, startHttpServer } from "../../test/http-server.ts";
import { undiciTransport } from "./undici-transport.ts";

const get = (url: string) => ({ method: "GET", url, headers: {}, body: null, signal: null }) as const;

async function startHttps() {
  const chain = makeChain("subjectAltName=DNS:localhost,IP:127.0.0.1");
  const server = createServer({ cert: chain.leaf + chain.intermediate, key: chain.key }, (_, response) =>
    answer(response, 200, {}, "over TLS"),
  );
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}/`,
    rootPem: chain.root,
    otherRootPem: makeChain("subjectAltName=DNS:other.test").root,
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

it("trusts the private roots it is given, and only them", async () => {
  await using server = await startHttps();
  await using trusting = undiciTransport({ rootPem: server.rootPem });
  expect((await trusting(get(server.url))).body).toBe("over TLS");
  await using other = undiciTransport({ rootPem: server.otherRootPem });
  await expect(other(get(server.url))).rejects.toThrow(/certificate/);
  await using system = undiciTransport();
  await expect(system(get(server.url))).rejects.toThrow(/certificate/);
});

it("says who it is and which language it reads when it is told nothing", async () => {
  await using server = await startHttpServer(({ headers }, response) =>
    answer(response, 200, {}, JSON.stringify([headers["user-agent"], headers["accept-language"]])),
  );
  await using transport = undiciTransport();
  expect(JSON.parse((await transport(get(server.origin))).body)).toEqual([
    "certmill-acme/0.1 undici/8",
    "en",
  ]);
});

it("cuts off what is under way when it is disposed of", async () => {
  const asked = Promise.withResolvers<void>();
  await using server = await startHttpServer(() => asked.resolve());
  const transport = undiciTransport();
  const answered = transport(get(server.origin));
  await asked.promise;
  await Promise.all([
    expect(answered).rejects.toThrow(/destroyed|closed|aborted/i),
    transport[Symbol.asyncDispose](),
  ]);
});

it.each([
  ["was used", true],
  ["was not used yet", false],
])("asks nobody when it has been disposed of and %s", async (_, isUsed) => {
  let asked = 0;
  await using server = await startHttpServer((_, response) => {
    asked += 1;
    answer(response, 200, {}, "ok");
  });
  const transport = undiciTransport();
  if (isUsed) await transport(get(server.origin));
  await transport[Symbol.asyncDispose]();
  await expect(transport(get(server.origin))).rejects.toThrow("disposed of");
  expect(asked).toBe(isUsed ? 1 : 0);
});
