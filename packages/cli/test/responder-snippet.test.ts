import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../../tools/peers/free-port.ts";
import { type Nginx, startNginx } from "../../../tools/peers/nginx.ts";
import { nginxLocation, nginxUpstream } from "../src/responder-snippet/nginx.ts";
import { snippets } from "../src/responder-snippet/snippets.ts";

const path = "/.well-known/acme-challenge/some-token";

describe("nginx with the snippet", () => {
  const asked: { url: string | undefined; headers: IncomingHttpHeaders }[] = [];
  let responder: Server;
  let nginx: Nginx;
  let port: number;

  beforeAll(async () => {
    responder = createServer(({ url, headers }, response) => {
      asked.push({ url, headers });
      response.end("some-token.thumbprint");
    });
    responder.listen(0, "127.0.0.1");
    await once(responder, "listening");
    const alive = `127.0.0.1:${(responder.address() as AddressInfo).port}`;
    const dead = `127.0.0.1:${await freePort()}`;
    port = await freePort();
    nginx = await startNginx({
      http: `${nginxUpstream([dead, alive])}
        server {
          listen 127.0.0.1:${port};
          location ~ ^/.well-known/ { return 403; }
          ${nginxLocation}
          location / { return 301 https://$host$request_uri; }
        }`,
    });
  });

  afterAll(async () => {
    await nginx[Symbol.asyncDispose]();
    responder.close();
    responder.closeAllConnections();
  });

  test("a challenge for any name comes to a responder that lives, with the name and the caller", async () => {
    for (const host of ["shop.example.com", "other.example.net"]) {
      expect(await get(port, host, path)).toEqual({ status: 200, body: "some-token.thumbprint" });
      const { url, headers } = asked.at(-1) ?? {};
      expect([url, headers?.host, headers?.["x-forwarded-for"]]).toEqual([path, host, "127.0.0.1"]);
    }
  });

  test("all else stays the site's", async () => {
    expect(await get(port, "shop.example.com", "/")).toMatchObject({ status: 301 });
  });
});

describe("every snippet", () => {
  test.each(Object.entries(snippets))("%s names each responder and the path", (_, snippet) => {
    const text = snippet(["10.0.0.1:8402", "[fd00::2]:8402"]);
    for (const part of ["10.0.0.1:8402", "[fd00::2]:8402", "/.well-known/acme-challenge/"]) {
      expect(text).toContain(part);
    }
  });

  test("haproxy's warns of the redirect that runs before", () => {
    expect(snippets.haproxy(["10.0.0.1:8402"])).toContain(
      "redirect scheme https code 301 unless certmill_challenge",
    );
  });
});

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

/** With a Host of its own, which fetch does not send. */
async function get(port: number, host: string, path: string): Promise<Answer> {
  const sent = request({ host: "127.0.0.1", port, path, headers: { host }, timeout: 10_000, agent: false });
  sent.end();
  const [response] = await once(sent, "response");
  return { status: response.statusCode, body: Buffer.concat(await response.toArray()).toString() };
}
