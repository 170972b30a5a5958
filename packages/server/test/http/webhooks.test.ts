import { type Client, operations } from "@certmill/api";
import { hours, instant, minutes } from "@certmill/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { claimWebhook } from "../../src/store/webhook-rounds.ts";
import { openTestApi, start, type TestApi } from "./open-test-api.ts";
import { codeOf } from "./refused.ts";

let api: TestApi;
let admin: Client;
const sent: { url: string; secrets: number; body: string }[] = [];

beforeAll(async () => {
  api = await openTestApi({
    webhooks: {
      seal: (secret) => ({ kekId: "k", wrappedKey: new Uint8Array(), ciphertext: secret }),
      send: async ({ url, secrets, body }) => {
        sent.push({ url, secrets: secrets.length, body });
        return { answer: { kind: "answered", status: 500, retryAt: null }, detail: "no" };
      },
    },
  });
  admin = await api.as("admin");
});
afterAll(() => api[Symbol.asyncDispose]());

const now = () => instant(start + api.clock.ahead);
const show = (id: string) => admin.call(operations.showWebhook, { params: { id } });

test("its secret is shown once, and only an admin sees webhooks", async () => {
  const body = { url: "https://hooks.example.com/a#part", types: ["certificate.issued"], tenant: "acme" };
  const added = await admin.call(operations.addWebhook, { body });
  expect(added).toMatchObject({ url: "https://hooks.example.com/a", tenant: "acme", state: "active" });
  expect(Buffer.from(added.secret.replace(/^whsec_/, ""), "base64").length).toBe(32);
  const shown = await show(added.id);
  expect(JSON.stringify(shown)).not.toContain(added.secret.slice(6));
  expect(shown).toMatchObject({ behind: { events: 0, more: false, oldestAt: null }, answers: [], held: [] });
  const { items } = await admin.call(operations.listWebhooks, { query: {} });
  expect(items.map(({ id }) => id)).toEqual([added.id]);
  const tenant = await api.as("tenant", "acme");
  expect(await codeOf(tenant.call(operations.listWebhooks, { query: {} }))).toBe("scope-insufficient");
});

test.each([
  [{ url: "ftp://example.com/" }, /such as https/],
  [{ url: "example.com" }, /such as https/],
  [{ url: "https://user:secret@example.com/" }, /password/],
  [{ url: "https://example.com/", types: ["certificate.gone"] }, /certificate\.issued/],
])("%o is refused", async (body, message) => {
  const refused = await admin.call(operations.addWebhook, { body }).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    problem: { code: "invalid-request", errors: [{ message: expect.stringMatching(message) }] },
  });
});

test("a new secret is used beside the old one until that ends; a third ends the first", async () => {
  const { id } = await admin.call(operations.addWebhook, { body: { url: "https://hooks.example.com/b" } });
  const rotate = () =>
    admin.call(operations.rotateWebhookSecret, { params: { id }, body: { keepOldHours: 2 } });
  await rotate();
  const { secret, oldSecretUntil } = await rotate();
  expect(secret).toMatch(/^whsec_/);
  expect(oldSecretUntil).toBe(new Date(now() + hours(2)).toISOString());
  await admin.call(operations.testWebhook, { params: { id } });
  api.clock.ahead += hours(3);
  const tested = await admin.call(operations.testWebhook, { params: { id } });
  expect(tested).toMatchObject({ taken: false, status: 500, detail: "no" });
  expect(sent.map(({ secrets }) => secrets)).toEqual([2, 1]);
  expect(JSON.parse(sent[0]?.body ?? "")).toMatchObject({ type: "webhook.test", data: { webhook: id } });
  const kept = await api.db.selectFrom("secret").select("id").execute();
  const used = await api.db.selectFrom("webhook").select(["secret_id", "old_secret_id"]).execute();
  expect(kept.length).toBe(
    used.flatMap((row) => [row.secret_id, row.old_secret_id]).filter((each) => each).length,
  );
});

test("it is put back to a cursor, to an instant, or to now; what is none is refused", async () => {
  const { id } = await admin.call(operations.addWebhook, { body: { url: "https://hooks.example.com/c" } });
  const { cursor } = await show(id);
  await admin.call(operations.addCa, {
    body: { name: "sim", directory: "http://ca.test/dir", contact: [], termsAgreed: true },
  });
  await admin.call(operations.addDomain, { body: { name: "shop.example.com" } });
  expect((await show(id)).behind).toMatchObject({ events: 1, oldestAt: new Date(now()).toISOString() });
  const replay = (from: string) => admin.call(operations.replayWebhook, { params: { id }, body: { from } });
  await replay("now");
  expect((await show(id)).behind.events).toBe(0);
  await replay(cursor);
  expect((await show(id)).behind.events).toBe(1);
  await replay("now");
  await replay(new Date(now() - minutes(5)).toISOString());
  expect((await show(id)).behind.events).toBe(1);
  const other = cursor.replace(/^[^.]*/, "11111111-2222-3333-4444-555555555555");
  for (const wrong of ["yesterday", other, cursor.replace(/\d+\.\d+$/, "999999999999.0"), "2026-99-01"])
    expect(await codeOf(replay(wrong))).toBe("invalid-request");
});

test("a paused one is sent nothing, a removed one is gone with its secret", async () => {
  const { items } = await admin.call(operations.listWebhooks, { query: { limit: 1 } });
  const [{ id } = { id: "" }] = items;
  for (const each of (await admin.call(operations.listWebhooks, { query: {} })).items)
    await admin.call(operations.pauseWebhook, { params: { id: each.id } });
  expect((await show(id)).state).toBe("paused");
  expect(await claimWebhook(api.db, { lease: minutes(1), now: now() })).toBeNull();
  expect(await admin.call(operations.resumeWebhook, { params: { id } })).toMatchObject({ state: "active" });
  await admin.call(operations.removeWebhook, { params: { id } });
  for (const call of [
    admin.call(operations.showWebhook, { params: { id } }),
    admin.call(operations.pauseWebhook, { params: { id: "x" } }),
    admin.call(operations.testWebhook, { params: { id } }),
  ])
    expect(await codeOf(call)).toBe("not-found");
});
