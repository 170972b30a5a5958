/** The printed rule in each proxy that Debian packages, in both forms. */

import { mkdtempDisposable } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { SnippetPart } from "../../packages/cli/src/responder-snippet/rule.ts";
import { snippets } from "../../packages/cli/src/responder-snippet/snippets.ts";
import { closeServer, listen } from "../../packages/server/src/serve-listener.ts";
import { freePort } from "../../tools/peers/free-port.ts";
import { get } from "./support/plain-get.ts";
import { proxiesOfDebian } from "./support/snippet-proxies.ts";

const token = "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0";
const path = `/.well-known/acme-challenge/${token}`;
const usual = "a".repeat(43);
const another = "b-_".repeat(14).concat("B");
/** As long as a name may be. */
const longest = `${`${"l".repeat(63)}.`.repeat(3)}${"l".repeat(49)}.example.com`;

const kinds = Object.keys(proxiesOfDebian) as (keyof typeof proxiesOfDebian)[];

describe.each(kinds)("%s", (kind) => {
  test("leads challenges to the first responder that is alive, and names of another proxy's there", async () => {
    await using first = await startResponder("first");
    await using second = await startResponder("second");
    await using own = await startResponder("own");
    const parts = snippets[kind].central({
      responders: [first.address, second.address],
      exceptions: ["own.example.com", longest].map((host) => ({ host, target: own.address })),
    });
    await using proxy = await startProxy(kind, parts);
    const ask = (host: string, at = path) => get({ port: proxy.port, host, path: at });

    for (const host of ["shop.example.com", "xn--bcher-kva.example"])
      expect(await ask(host)).toMatchObject({ status: 200, body: `first ${host} ${path}` });
    expect(await ask("own.example.com")).toMatchObject({ status: 200, body: `own own.example.com ${path}` });
    await demandSite(proxy.port);
    await first[Symbol.asyncDispose]();
    // Not one challenge is lost, from the first on.
    for (const _ of [1, 2, 3])
      expect(await ask("shop.example.com")).toMatchObject({
        status: 200,
        body: `second shop.example.com ${path}`,
      });
    for (const host of ["OWN.example.com:80", longest])
      expect(await ask(host)).toMatchObject({ status: 200, body: expect.stringMatching(/^own /) });
    await own[Symbol.asyncDispose]();
    // Nobody else may answer for them.
    expect(await ask("own.example.com")).toMatchObject({ status: expect.toBeOneOf([502, 503]) });
  });

  // A responder that restarts ends kept connections; a forwarded port whose program is away takes connections and ends them.
  test.each(["ends", "resets"] as const)(
    "loses no challenge to a responder that %s connections in place of an answer",
    async (how) => {
      await using first = await startUnreliableResponder(how);
      await using second = await startResponder("second");
      const parts = snippets[kind].central({ responders: [first.address, second.address], exceptions: [] });
      await using proxy = await startProxy(kind, parts);
      const ask = () => get({ port: proxy.port, host: "shop.example.com", path });

      expect(await ask()).toMatchObject({ status: 200, body: "first" });
      first.fail();
      for (const _ of [1, 2, 3])
        expect(await ask()).toMatchObject({ status: 200, body: `second shop.example.com ${path}` });
      expect(first.failures).toBeGreaterThan(0);
    },
  );

  test("answers by itself, and says nothing to what is no token", async () => {
    const { stateless } = snippets[kind];
    if (typeof stateless === "string") throw new Error(stateless);
    const byHost = ["other.example.com", longest].map((host) => ({ host, thumbprint: another }));
    await using proxy = await startProxy(kind, stateless({ thumbprint: usual, byHost }));
    const ask = (host: string, at = path) => get({ port: proxy.port, host, path: at });

    const right = { status: 200, body: `${token}.${usual}` };
    expect(await ask("shop.example.com")).toMatchObject({
      ...right,
      type: expect.stringMatching(/^text\/plain/),
    });
    for (const host of ["other.example.com", "OTHER.example.com:80", longest])
      expect(await ask(host)).toMatchObject({ status: 200, body: `${token}.${another}` });
    const wrong = [
      "",
      "short",
      `${token}.${usual}`,
      `${token}/`,
      "%3Cscript%3Ealert(1)%3C/script%3E",
      "a".repeat(129),
    ];
    for (const text of [...wrong, `${token}%0d%0aX-Evil:1`, `${token}%22`])
      expect([text, await ask("shop.example.com", `/.well-known/acme-challenge/${text}`)]).toMatchObject([
        text,
        { status: 404, body: expect.not.stringContaining(usual) },
      ]);
    await demandSite(proxy.port);
  });
});

test("loses no challenge to a responder that takes it and is silent, in time for a CA that waits ten seconds", async () => {
  const answers = kinds.map(async (kind) => {
    await using first = await startUnreliableResponder("is silent");
    await using second = await startResponder("second");
    const parts = snippets[kind].central({ responders: [first.address, second.address], exceptions: [] });
    await using proxy = await startProxy(kind, parts);
    first.fail();
    const { status, body } = await get({ port: proxy.port, host: "shop.example.com", path });
    return { kind, status, body, failures: first.failures };
  });
  const body = `second shop.example.com ${path}`;
  expect(await Promise.all(answers)).toEqual(kinds.map((kind) => ({ kind, status: 200, body, failures: 1 })));
});

async function startProxy(
  kind: keyof typeof proxiesOfDebian,
  parts: readonly SnippetPart[],
): Promise<AsyncDisposable & { readonly port: number }> {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), `certmill-${kind}-`))).path;
  const port = await freePort();
  opened.use(await proxiesOfDebian[kind]({ port, directory, parts }));
  const lifetime = opened.move();
  return { port, [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}

/** All else stays the site's, which sends everybody to https. */
async function demandSite(port: number): Promise<void> {
  for (const path of ["/", "/.well-known/security.txt", "/shop?a=/.well-known/acme-challenge/x"]) {
    const { status, location } = await get({ port, host: "shop.example.com", path });
    expect([[301, 308].includes(status), location]).toEqual([true, `https://shop.example.com${path}`]);
  }
}

/** Tells who it is, and what it was asked. */
async function startResponder(name: string): Promise<AsyncDisposable & { readonly address: string }> {
  const server: Server = createServer(({ url, headers: { host } }, response) => {
    if (url === "/.well-known/acme-challenge/") response.writeHead(404);
    response.end(`${name} ${host?.toLowerCase()} ${url}`);
  });
  const port = await freePort();
  await listen(server, { host: "127.0.0.1", port });
  return { address: `127.0.0.1:${port}`, [Symbol.asyncDispose]: () => closeServer(server, 0) };
}

/** Answers and keeps its connections, until it fails: then it takes requests, and no answer comes. */
async function startUnreliableResponder(how: "ends" | "resets" | "is silent") {
  let failing = false;
  let failures = 0;
  const server: Server = createServer(({ url, socket }, response) => {
    // What a proxy asks by itself, to see who is alive.
    if (url !== path && !failing) return response.writeHead(404).end();
    if (!failing) return response.end("first");
    failures += url === path ? 1 : 0;
    if (how === "is silent") return;
    return how === "ends" ? socket.destroy() : socket.resetAndDestroy();
  });
  const port = await freePort();
  await listen(server, { host: "127.0.0.1", port });
  return {
    address: `127.0.0.1:${port}`,
    fail: () => {
      failing = true;
    },
    get failures() {
      return failures;
    },
    [Symbol.asyncDispose]: () => closeServer(server, 0),
  };
}
