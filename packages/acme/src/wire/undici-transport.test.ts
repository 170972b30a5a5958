import { once } from "node:events";
import { createServer as createTcpServer } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { answer, readRequestBody, startHttpServer } from "../../test/http-server.ts";
import type { AcmeHttpRequest } from "./transport.ts";
import { undiciTransport } from "./undici-transport.ts";

function get(url: string, signal: AbortSignal | null = null): AcmeHttpRequest {
  return { method: "GET", url, headers: {}, body: null, signal };
}

describe("undiciTransport", () => {
  it("hands over status, headers and body, and says who asks", async () => {
    await using server = await startHttpServer(async (request, response) => {
      const { "user-agent": userAgent, "content-type": contentType } = request.headers;
      const body = JSON.stringify([
        request.method,
        request.url,
        userAgent,
        contentType,
        await readRequestBody(request),
      ]);
      answer(response, 201, { link: ["<a>", "<b>"], "replay-nonce": "n" }, body);
    });
    await using transport = undiciTransport({ userAgent: "tool/1" });
    const response = await transport({
      method: "POST",
      url: `${server.origin}/a?b=ä`,
      headers: { "content-type": "application/jose+json" },
      body: "bücher",
      signal: null,
    });
    expect(response.status).toBe(201);
    expect(response.headers.get("replay-nonce")).toBe("n");
    expect(response.headers.get("link")).toBe("<a>, <b>");
    expect(response.headers.get("location")).toBeNull();
    expect(JSON.parse(response.body)).toEqual([
      "POST",
      "/a?b=%C3%A4",
      "tool/1 certmill-acme/0.1 undici/8",
      "application/jose+json",
      "bücher",
    ]);
  });

  it.each([
    ["/a/../%7e1?x=%C3%BC&y=[1]", "/a/../%7e1?x=%C3%BC&y=[1]"],
    ["", "/"],
    ["?a", "/?a"],
    ["/a#fragment", "/a"],
  ])("asks for %j letter by letter", async (target, asked) => {
    await using server = await startHttpServer(({ url = "" }, response) => answer(response, 200, {}, url));
    await using transport = undiciTransport();
    expect((await transport(get(server.origin + target))).body).toBe(asked);
  });

  it("keeps its connections, and makes no more than it may", async () => {
    await using server = await startHttpServer((_, response) => answer(response, 200, {}, "ok"));
    await using transport = undiciTransport({ connections: 2 });
    for (let i = 0; i < 20; i += 1) await transport(get(server.origin));
    await Promise.all(Array.from({ length: 20 }, () => transport(get(server.origin))));
    expect(server.connections()).toBe(2);
  });

  it("follows no redirect", async () => {
    await using server = await startHttpServer((_, response) =>
      answer(response, 302, { location: "/elsewhere" }),
    );
    await using transport = undiciTransport();
    expect((await transport(get(server.origin))).status).toBe(302);
  });

  it("gives an HTML 503 to whoever asked", async () => {
    await using server = await startHttpServer((_, response) => answer(response, 503, {}, "<h1>busy</h1>"));
    await using transport = undiciTransport();
    expect(await transport(get(server.origin))).toMatchObject({ status: 503, body: "<h1>busy</h1>" });
  });

  it("takes a body of the greatest length, and refuses one byte more", async () => {
    await using server = await startHttpServer((request, response) => {
      answer(response, 200, {}, "x".repeat(Number(request.url?.slice(1))));
    });
    await using transport = undiciTransport({ maxResponseBytes: 100_000 });
    expect((await transport(get(`${server.origin}/100000`))).body).toHaveLength(100_000);
    await expect(transport(get(`${server.origin}/100001`))).rejects.toMatchObject({ code: "bad-response" });
    await expect(transport(get(`${server.origin}/10000000`))).rejects.toMatchObject({ code: "bad-response" });
    expect((await transport(get(`${server.origin}/5`))).body).toBe("xxxxx");
  });

  it("does not unpack what it did not ask to be packed", async () => {
    const packed = gzipSync("x".repeat(1_000_000));
    await using server = await startHttpServer((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" });
      response.end(packed);
    });
    await using transport = undiciTransport({ maxResponseBytes: 10_000 });
    expect((await transport(get(server.origin))).body).not.toContain("xxxxx");
  });

  it.each([
    ["the headers", () => {}],
    ["the whole body", (write: (text: string) => void) => write("half")],
  ])("ends the wait for %s at its deadline", async (_, send) => {
    await using server = await startHttpServer((_, response) => {
      send((text) => {
        response.writeHead(200, { "content-length": "10" });
        response.write(text);
      });
    });
    await using transport = undiciTransport({ timeout: 60 });
    await expect(transport(get(server.origin))).rejects.toThrow("no whole answer within 60 ms");
  });

  it("ends a wait by the caller's signal, with the caller's reason", async () => {
    const asked = Promise.withResolvers<void>();
    await using server = await startHttpServer(() => asked.resolve());
    await using transport = undiciTransport();
    const abort = new AbortController();
    const response = transport(get(server.origin, abort.signal));
    await asked.promise;
    abort.abort(new Error("enough"));
    await expect(response).rejects.toThrow("enough");
    await expect(transport(get(server.origin, abort.signal))).rejects.toThrow("enough");
  });

  it("says so when nobody listens", async () => {
    const server = await startHttpServer(() => {});
    await server[Symbol.asyncDispose]();
    await using transport = undiciTransport();
    await expect(transport(get(server.origin))).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("takes a whole answer and no part of one, wherever the connection is cut", async () => {
    const whole = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nReplay-Nonce: n\r\n\r\nbody";
    let length = whole.length;
    const server = createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(whole.slice(0, length)));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the server has no port");
    await using transport = undiciTransport();
    const url = `http://127.0.0.1:${address.port}/`;
    for (let cut = 0; cut < whole.length; cut += 1) {
      length = cut;
      await expect(transport(get(url)), `cut at byte ${cut}`).rejects.toThrow();
    }
    length = whole.length;
    expect((await transport(get(url))).body).toBe("body");
    server.close();
  });
});
