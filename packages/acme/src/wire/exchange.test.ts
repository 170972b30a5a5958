import { getEventListeners } from "node:events";
import type { Dispatcher } from "undici";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Exchange } from "./exchange.ts";
import type { AcmeHttpRequest } from "./transport.ts";

const URL = "https://ca.example.com/o";
const LENGTH = { "content-length": "4" };

/** What undici would be told. */
class Controller implements Dispatcher.DispatchController {
  readonly aborted = false;
  readonly paused = false;
  readonly reason = null;
  readonly rawHeaders = null;
  readonly rawTrailers = null;
  readonly reasons: Error[] = [];
  abort(reason: Error): void {
    this.reasons.push(reason);
  }
  pause(): void {}
  resume(): void {}
}

function begin(request: Partial<AcmeHttpRequest> = {}) {
  const exchange = new Exchange(
    { method: "POST", url: URL, headers: {}, body: null, signal: null, ...request },
    { timeout: 1_000, maxResponseBytes: 8 },
  );
  const controller = new Controller();
  exchange.answer.catch(() => {});
  return { exchange, controller };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("an exchange", () => {
  it.each([
    ["no part", [], ""],
    ["one part", ["four"], "four"],
    ["several parts", ["ü".slice(0, 1), "ab", "c"], "üabc"],
  ])("hands out a body of %s", async (_, parts, body) => {
    const { exchange, controller } = begin();
    exchange.onRequestStart(controller);
    exchange.onResponseStart(controller, 201, { ...LENGTH, link: ["<a>", "<b>"] });
    for (const part of parts) exchange.onResponseData(controller, Buffer.from(part));
    exchange.onResponseEnd();
    const answer = await exchange.answer;
    expect([answer.status, answer.body]).toEqual([201, body]);
    expect(["content-length", "link", "location"].map((name) => answer.headers.get(name))).toEqual([
      "4",
      "<a>, <b>",
      null,
    ]);
    expect(controller.reasons).toEqual([]);
  });

  it("joins a character that is cut between two parts", async () => {
    const { exchange, controller } = begin();
    exchange.onResponseStart(controller, 200, LENGTH);
    const [first = 0, second = 0] = Buffer.from("ü");
    for (const byte of [first, second]) exchange.onResponseData(controller, Buffer.of(byte));
    exchange.onResponseEnd();
    expect((await exchange.answer).body).toBe("ü");
  });

  it("passes over what comes before the answer", async () => {
    const { exchange, controller } = begin();
    exchange.onResponseStart(controller, 103, { link: "<early>" });
    exchange.onResponseStart(controller, 200, LENGTH);
    exchange.onResponseEnd();
    const { status, headers } = await exchange.answer;
    expect([status, headers.get("link")]).toEqual([200, null]);
  });

  it("takes a body up to its bound, and not a byte more", async () => {
    const fits = begin();
    fits.exchange.onResponseStart(fits.controller, 200, LENGTH);
    fits.exchange.onResponseData(fits.controller, Buffer.alloc(8, "a"));
    fits.exchange.onResponseEnd();
    expect((await fits.exchange.answer).body).toHaveLength(8);

    const long = begin();
    long.exchange.onRequestStart(long.controller);
    long.exchange.onResponseStart(long.controller, 200, LENGTH);
    long.exchange.onResponseData(long.controller, Buffer.alloc(8));
    long.exchange.onResponseData(long.controller, Buffer.alloc(1));
    long.exchange.onResponseData(long.controller, Buffer.alloc(1));
    long.exchange.onResponseEnd();
    await expect(long.exchange.answer).rejects.toMatchObject({
      code: "bad-response",
      message: `${URL}: over 8 bytes`,
    });
    expect(long.controller.reasons.map(({ message }) => message)).toEqual(["the request was given up"]);
  });

  it.each<[string, Partial<AcmeHttpRequest>, number, Record<string, string>, boolean]>([
    ["a success without a length", {}, 200, {}, false],
    ["a success in chunks", {}, 200, { "transfer-encoding": "chunked" }, true],
    ["an answer without content", {}, 204, {}, true],
    ["an answer to HEAD", { method: "HEAD" }, 200, {}, true],
    ["a redirect", {}, 300, {}, true],
    ["an error page", {}, 502, {}, true],
    ["the last of the successes", {}, 299, {}, false],
  ])("%s", async (_, request, status, headers, isTaken) => {
    const { exchange, controller } = begin(request);
    exchange.onRequestStart(controller);
    exchange.onResponseStart(controller, status, headers);
    exchange.onResponseEnd();
    if (isTaken) expect((await exchange.answer).status).toBe(status);
    else {
      await expect(exchange.answer).rejects.toMatchObject({
        code: "bad-response",
        message: `${URL}: a body of no stated length`,
      });
      expect(controller.reasons).toHaveLength(1);
    }
  });

  it("ends at its deadline", async () => {
    const { exchange, controller } = begin();
    exchange.onRequestStart(controller);
    vi.advanceTimersByTime(999);
    expect(controller.reasons).toHaveLength(0);
    vi.advanceTimersByTime(1);
    await expect(exchange.answer).rejects.toThrow("no whole answer within 1000 ms");
    expect(controller.reasons).toHaveLength(1);
  });

  it("ends with the caller's reason, and listens no longer", async () => {
    const caller = new AbortController();
    const { exchange, controller } = begin({ signal: caller.signal });
    exchange.onRequestStart(controller);
    const reason = new Error("draining");
    caller.abort(reason);
    await expect(exchange.answer).rejects.toBe(reason);
    expect(controller.reasons).toHaveLength(1);
    expect(getEventListeners(caller.signal, "abort")).toHaveLength(0);
  });

  it("leaves no listener behind when the answer comes", async () => {
    const { signal } = new AbortController();
    const { exchange, controller } = begin({ signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    exchange.onResponseStart(controller, 200, LENGTH);
    exchange.onResponseEnd();
    await exchange.answer;
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("ends once, with the first reason", async () => {
    const { exchange, controller } = begin();
    exchange.onRequestStart(controller);
    const reason = new Error("cut");
    exchange.onResponseError(controller, reason);
    exchange.end(new Error("later"));
    exchange.onResponseEnd();
    await expect(exchange.answer).rejects.toBe(reason);
    expect(controller.reasons).toHaveLength(1);
  });

  it("stays answered, whatever comes after", async () => {
    const { exchange, controller } = begin();
    exchange.onRequestStart(controller);
    exchange.onResponseStart(controller, 200, LENGTH);
    exchange.onResponseEnd();
    exchange.onResponseError(controller, new Error("later"));
    expect((await exchange.answer).status).toBe(200);
    expect(controller.reasons).toHaveLength(0);
  });

  it("given up while it queues is not sent", async () => {
    const { exchange, controller } = begin();
    exchange.end(new Error("enough"));
    await expect(exchange.answer).rejects.toThrow("enough");
    expect(() => exchange.onRequestStart(controller)).toThrow("given up before it was sent");
  });
});
