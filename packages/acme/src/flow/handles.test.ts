import { describe, expect, it } from "vitest";
import { problem, type ScriptedCa } from "../../test/scripted-ca.ts";
import { NOW, orderOf, paths, startClient } from "../../test/scripted-client.ts";
import { VirtualClock } from "../../test/virtual-clock.ts";
import { AccountHandle } from "./account-handle.ts";
import { AuthorizationHandle } from "./authorization-handle.ts";
import { OrderHandle } from "./order-handle.ts";

const CSR = Uint8Array.of(1, 2, 3);
const identifier = { type: "dns", value: "a.example.com" };

const ordersOf = (ca: ScriptedCa, ...members: readonly object[]) =>
  members.map((each) => ({ body: orderOf(ca, each) }));

async function setUp() {
  const setup = await startClient();
  const { ca, client } = setup;
  const polling = { clock: new VirtualClock(NOW) };
  const valid = { status: "valid", certificate: `${ca.origin}/certificate/1` };
  return {
    ...setup,
    polling,
    valid,
    order: new OrderHandle(client, `${ca.origin}/order/1`),
    authorization: new AuthorizationHandle(client, `${ca.origin}/authorization/1`),
    asked: () => paths(ca).slice(2),
    [Symbol.asyncDispose]: () => setup[Symbol.asyncDispose](),
  };
}

describe("the handles", () => {
  it("are made of their URL alone, serialise to it, and make no request", async () => {
    await using setup = await setUp();
    const { order, authorization, client, ca } = setup;
    const kept = JSON.stringify({ order, authorization, account: new AccountHandle(client) });
    expect(JSON.parse(kept)).toEqual({
      order: { url: `${ca.origin}/order/1` },
      authorization: { url: `${ca.origin}/authorization/1` },
      account: { url: `${ca.origin}/account/1` },
    });
    const revived = new OrderHandle(client, JSON.parse(kept).order.url);
    expect(ca.seen).toHaveLength(0);
    ca.script("/order/1", { body: orderOf(ca) });
    expect((await revived.read()).resource.status).toBe("pending");
  });

  it("lead from the order to its authorizations", async () => {
    await using setup = await setUp();
    const { order, ca } = setup;
    ca.script("/order/1", { body: orderOf(ca) });
    expect((await order.authorizations()).map(({ url }) => url)).toEqual([`${ca.origin}/authorization/1`]);
  });
});

it("an order whose names or authorizations change is taken for invalid", async () => {
  await using setup = await setUp();
  const { order, ca } = setup;
  const more = [{ type: "dns", value: "b.example.com" }, identifier];
  const authorizations = [`${ca.origin}/authorization/2`];
  ca.script(
    "/order/1",
    ...ordersOf(ca, {}, { status: "ready" }, { identifiers: more }, { authorizations }, {}),
  );
  await order.read();
  expect((await order.read()).resource.status).toBe("ready");
  for (let changes = 0; changes < 2; changes += 1)
    await expect(order.read()).rejects.toMatchObject({
      code: "invalid",
      message: "the order has other names or authorizations than before",
    });
  expect((await order.read()).resource.status).toBe("pending");
});

describe("OrderHandle.finalize", () => {
  it("waits for ready, hands in the CSR once, and waits for the certificate", async () => {
    await using setup = await setUp();
    const { order, ca, polling, valid, asked } = setup;
    ca.script("/order/1", ...ordersOf(ca, {}, { status: "ready" }, { status: "processing" }, valid));
    ca.script("/finalize/1", ...ordersOf(ca, { status: "processing" }));
    expect((await order.finalize(CSR, polling)).certificate).toBe(valid.certificate);
    expect(asked()).toEqual([
      "POST /order/1",
      "POST /order/1",
      "POST /finalize/1",
      "POST /order/1",
      "POST /order/1",
    ]);
    expect(ca.seen.find(({ path }) => path === "/finalize/1")?.payload).toEqual({ csr: "AQID" });
  });

  it("takes a certificate that is there at once", async () => {
    await using setup = await setUp();
    const { order, ca, polling, valid, asked } = setup;
    ca.script("/order/1", ...ordersOf(ca, { status: "ready" }));
    ca.script("/finalize/1", ...ordersOf(ca, valid));
    await order.finalize(CSR, polling);
    expect(asked()).toEqual(["POST /order/1", "POST /finalize/1"]);
  });

  it.each(["processing", "valid"])("hands nothing in for an order that is %s already", async (status) => {
    await using setup = await setUp();
    const { order, ca, polling, valid, asked } = setup;
    ca.script("/order/1", ...ordersOf(ca, status === "valid" ? valid : { status }, valid));
    await order.finalize(CSR, polling);
    expect(asked()).not.toContain("POST /finalize/1");
  });

  it.each(["processing", "valid"])("looks again when another was first: %s", async (status) => {
    await using setup = await setUp();
    const { order, ca, polling, valid } = setup;
    const second = status === "valid" ? valid : { status };
    ca.script("/order/1", ...ordersOf(ca, { status: "ready" }, second, valid));
    ca.script("/finalize/1", problem("orderNotReady", 403));
    expect((await order.finalize(CSR, polling)).certificate).toBe(valid.certificate);
  });

  it.each(["pending", "ready"])("hands on orderNotReady when the order is %s", async (status) => {
    await using setup = await setUp();
    const { order, ca, polling } = setup;
    ca.script("/order/1", ...ordersOf(ca, { status: "ready" }, { status }));
    ca.script("/finalize/1", problem("orderNotReady", 403));
    await expect(order.finalize(CSR, polling)).rejects.toMatchObject({ problem: { type: "orderNotReady" } });
  });

  it("hands on a refused CSR", async () => {
    await using setup = await setUp();
    const { order, ca, polling } = setup;
    ca.script("/order/1", ...ordersOf(ca, { status: "ready" }));
    ca.script("/finalize/1", problem("badCSR", 400));
    await expect(order.finalize(CSR, polling)).rejects.toMatchObject({ problem: { type: "badCSR" } });
  });

  it.each([
    ["before it is ready", [{ status: "invalid" }], null],
    ["after the CSR", [{ status: "ready" }, { status: "invalid" }], { status: "processing" }],
  ])("tells of an order that becomes invalid %s", async (_, looks, finalized) => {
    await using setup = await setUp();
    const { order, ca, polling } = setup;
    const error = { type: "urn:ietf:params:acme:error:caa", detail: "forbidden by CAA" };
    ca.script("/order/1", ...ordersOf(ca, ...looks.map((look) => ({ ...look, error }))));
    if (finalized !== null) ca.script("/finalize/1", ...ordersOf(ca, finalized));
    await expect(order.finalize(CSR, polling)).rejects.toMatchObject({
      code: "invalid",
      message: "the order became invalid: forbidden by CAA",
      problem: { type: "caa" },
    });
  });

  it("tells of an order that is invalid without a reason", async () => {
    await using setup = await setUp();
    const { order, ca, polling } = setup;
    ca.script("/order/1", ...ordersOf(ca, { status: "invalid" }));
    await expect(order.untilReady(polling)).rejects.toMatchObject({ code: "invalid", problem: null });
  });

  it("has one deadline for all of it", async () => {
    await using setup = await setUp();
    const { order, ca, polling } = setup;
    const processing = Array.from({ length: 20 }, () => ({ status: "processing" }));
    ca.script("/order/1", ...ordersOf(ca, {}, { status: "ready" }, ...processing));
    ca.script("/finalize/1", ...ordersOf(ca, { status: "processing" }));
    await expect(order.finalize(CSR, { ...polling, deadline: 100_000 })).rejects.toMatchObject({
      code: "deadline",
    });
    expect(polling.clock.now()).toBe(NOW + 100_000);
  });
});

it("OrderHandle.certificate wants a valid order", async () => {
  await using setup = await setUp();
  const { order, ca } = setup;
  ca.script("/order/1", ...ordersOf(ca, { status: "ready" }));
  await expect(order.certificate()).rejects.toThrow("the order has no certificate: it is ready");
});

describe("AuthorizationHandle", () => {
  const challenge = (ca: ScriptedCa, status: string, more: object = {}) => ({
    type: "http-01",
    url: `${ca.origin}/challenge/1`,
    status,
    token: "token",
    ...more,
  });
  const answered = (status: string, ...challenges: readonly object[]) => ({
    body: { status, identifier, challenges },
  });

  it("responds to a pending challenge of the wanted type", async () => {
    await using setup = await setUp();
    const { authorization, ca } = setup;
    ca.script("/authorization/1", answered("pending", challenge(ca, "pending")));
    ca.script("/challenge/1", { body: challenge(ca, "processing") });
    expect(await authorization.respond("http-01")).toBe(true);
    expect(ca.seen.at(-1)).toMatchObject({ path: "/challenge/1", payload: {} });
  });

  it.each([
    ["valid", "valid"],
    ["invalid", "invalid"],
    ["pending", "processing"],
  ])("leaves an authorization alone that is %s, its challenge %s", async (status, challengeStatus) => {
    await using setup = await setUp();
    const { authorization, ca, asked } = setup;
    ca.script("/authorization/1", answered(status, challenge(ca, challengeStatus)));
    expect(await authorization.respond("http-01")).toBe(false);
    expect(asked()).toEqual(["POST /authorization/1"]);
  });

  it("knows when the type is not offered", async () => {
    await using setup = await setUp();
    const { authorization, ca } = setup;
    ca.script("/authorization/1", answered("pending", challenge(ca, "pending")));
    await expect(authorization.respond("dns-01")).rejects.toMatchObject({ code: "not-offered" });
  });

  it("waits until it is valid", async () => {
    await using setup = await setUp();
    const { authorization, ca, polling } = setup;
    ca.script("/authorization/1", answered("pending"), answered("valid"));
    expect((await authorization.untilValid(polling)).status).toBe("valid");
  });

  it("tells why it is not valid, in the words of its challenge", async () => {
    await using setup = await setUp();
    const { authorization, ca, polling } = setup;
    const error = { type: "urn:ietf:params:acme:error:dns", detail: "NXDOMAIN" };
    ca.script(
      "/authorization/1",
      answered("invalid", challenge(ca, "invalid", { error })),
      answered("expired"),
    );
    await expect(authorization.untilValid(polling)).rejects.toMatchObject({
      code: "invalid",
      message: "a.example.com: the authorization is invalid: NXDOMAIN",
      problem: { type: "dns" },
    });
    await expect(authorization.untilValid(polling)).rejects.toThrow("expired: the CA does not say why");
  });

  it("is given up", async () => {
    await using setup = await setUp();
    const { authorization, ca } = setup;
    ca.script("/authorization/1", answered("deactivated"));
    expect((await authorization.deactivate()).resource.status).toBe("deactivated");
    expect(ca.seen.at(-1)?.payload).toEqual({ status: "deactivated" });
  });
});
