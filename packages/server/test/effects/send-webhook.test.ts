import { after, instant, minutes, parseRange, seconds } from "@certmill/domain";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { type WebhookSend, webhookSender } from "../../src/effects/send-webhook.ts";
import { startReceiver } from "../work/webhook-receiver.ts";

const loopback = [parseRange("127.0.0.0/8")].filter((range) => range !== null);
const secrets = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const none = new AbortController().signal;

const message = (url: string, more: Partial<WebhookSend> = {}): WebhookSend => ({
  url,
  secrets,
  id: "msg_1",
  body: '{"type":"webhook.test","data":{}}',
  now: instant(Date.now()),
  ...more,
});

const send = async (request: WebhookSend, allowed = loopback) => {
  await using sender = webhookSender(allowed);
  return await sender.send(request, none);
};

test("either secret verifies what is sent, by the library that receivers use", async () => {
  await using receiver = await startReceiver();
  expect(await send(message(receiver.url))).toEqual({
    answer: { kind: "answered", status: 204, retryAt: null },
    detail: "",
  });
  const [got] = receiver.received;
  const { headers = {}, body = "" } = got ?? {};
  for (const secret of secrets)
    expect(
      new Webhook(`whsec_${secret.toString("base64")}`).verify(body, headers as Record<string, string>),
    ).toEqual({ type: "webhook.test", data: {} });
  const other = new Webhook(Buffer.alloc(32, 3).toString("base64"));
  expect(() => other.verify(body, headers as Record<string, string>)).toThrow();
  expect(got?.headers["webhook-id"]).toBe("msg_1");
});

describe("what is not reached", () => {
  test.each([
    ["an address of this machine", "https://127.0.0.1:1/", []],
    ["a name that leads to it", "https://localhost:1/", []],
    ["its IPv6 address", "https://[::1]:1/", []],
    ["an address that is written otherwise", "https://2130706433:1/", []],
    ["one that is mapped into IPv6", "https://[::ffff:127.0.0.1]:1/", []],
    ["a private address", "https://10.0.0.1/", loopback],
    ["the cloud's own", "http://169.254.169.254/latest/meta-data", loopback],
    ["a public one without TLS", "http://8.8.8.8/", loopback],
  ])("%s: %s", async (_, url, allowed) => {
    const { answer, detail } = await send(message(url), allowed);
    expect(answer).toEqual({ kind: "unanswered" });
    expect(detail).toMatch(/webhook_allowed_ranges/);
  });

  test("what a redirect leads to", async () => {
    await using receiver = await startReceiver(() => ({ status: 307, headers: { location: "/other" } }));
    expect((await send(message(receiver.url))).answer).toMatchObject({ status: 307 });
    expect(receiver.received.length).toBe(1);
  });
});

test("the first words of an answer are kept, whatever its length", async () => {
  await using receiver = await startReceiver(() => ({
    status: 500,
    body: `no\n\u001b[31m ${"x".repeat(9_000_000)}`,
  }));
  const { detail } = await send(message(receiver.url));
  expect(detail).toMatch(/^no \[31m x{10}/);
  expect(detail.length).toBe(200);
});

test("its time to come back is read, in seconds and as a date", async () => {
  const now = instant(1_790_000_000_000);
  const headers = ["90", new Date(after(now, minutes(3))).toUTCString(), "soon"];
  await using receiver = await startReceiver((_, count) => ({
    status: 503,
    headers: { "retry-after": headers[count - 1] ?? "" },
  }));
  const times = [];
  for (const _ of headers) times.push((await send(message(receiver.url, { now }))).answer);
  expect(times.map((answer) => "retryAt" in answer && answer.retryAt)).toEqual([
    after(now, seconds(90)),
    after(now, minutes(3)),
    null,
  ]);
});

test("a connection that is refused is told; one that is cut off by us is not", async () => {
  const dead = await startReceiver();
  await dead[Symbol.asyncDispose]();
  expect((await send(message(dead.url))).detail).toBe("connection refused");
  await using silent = await startReceiver(() => "never");
  await using sender = webhookSender(loopback);
  const stop = new AbortController();
  const sending = sender.send(message(silent.url), stop.signal);
  await silent.waitFor(1);
  stop.abort(new Error("The end."));
  await expect(sending).rejects.toThrow("The end.");
});
