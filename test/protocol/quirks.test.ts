/** What real CAs were seen to do, one test each; the sim CA does it on demand. */
import { AuthorizationHandle, certificateId, OrderHandle, orderCertificate } from "@certmill/acme";
import { days, instant, seconds } from "@certmill/domain";
import {
  addsName,
  html,
  overQuota,
  paused,
  repeatedNonce,
  shedding,
  withDate,
  withJson,
  withoutHeader,
  withRetryAfter,
} from "@certmill/sim";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../packages/acme/test/virtual-clock.ts";
import { identifiers, NOW, names, quirkyCa } from "./quirky-ca.ts";
import { failureOf } from "./session.ts";

const MINUTE = 60_000;

describe("the pace of the CA", () => {
  it("Retry-After of a day on an authorization is no reason to wait a day", async () => {
    await using setup = await quirkyCa({ processing: null });
    const { ca, client, clock, polling } = setup;
    const { resource: order } = await setup.newOrder();
    const [url = ""] = order.authorizations;
    for (let looks = 0; looks < 3; looks += 1) ca.alterNext("authorization", withRetryAfter("86400"));
    const authorization = new AuthorizationHandle(client, url);
    const [offer] = (await authorization.read()).resource.challenges;
    expect((await authorization.read()).retryAt).toBe(NOW + 86_400_000);
    await client.respondToChallenge(offer?.url ?? "");
    ca.alterNext(
      "authorization",
      withJson((document) => ({ ...document, status: "pending" })),
    );
    await authorization.untilValid(polling);
    expect(clock.now() - NOW).toBeLessThanOrEqual(MINUTE);
  });

  it("an order that is processing for days is left alone, and asked for again later", async () => {
    await using setup = await quirkyCa({
      processing: days(3),
      retryAfter: { form: "seconds", wait: seconds(15) },
    });
    const { client, clock, polling, observed } = setup;
    const { url, resource } = await setup.newOrder();
    for (const authorization of resource.authorizations)
      await new AuthorizationHandle(client, authorization).respond("http-01");
    const csr = await setup.csr();
    const order = new OrderHandle(client, url);
    const impatient = await failureOf(order.finalize(csr, { ...polling, deadline: 10 * MINUTE }));
    expect(impatient.code).toBe("deadline");
    expect(clock.now()).toBe(NOW + 10 * MINUTE);
    clock.advance(3 * 86_400_000);
    await order.finalize(csr, polling);
    expect((await order.certificate()).leaf.names).toEqual(names);
    expect(observed.filter((each) => each.resource === "finalize")).toHaveLength(1);
  });

  it("a clock of the CA that goes behind ours makes no busy loop of its dates", async () => {
    const behind = 600_000;
    await using setup = await quirkyCa({
      processing: seconds(5),
      retryAfter: { form: "date", wait: seconds(2) },
    });
    const { ca, clock } = setup;
    const past = new Date(NOW - behind);
    for (let looks = 0; looks < 20; looks += 1) {
      ca.alterNext("order", withRetryAfter(past.toUTCString()));
      ca.alterNext("order", withDate(past));
    }
    await setup.obtain();
    expect(clock.pauses.length).toBeGreaterThan(0);
    expect(Math.min(...clock.pauses)).toBeGreaterThanOrEqual(1_000);
  });

  it("a clock of the CA that goes before ours makes certificates of the future, which are told as they are", async () => {
    const clock = new VirtualClock(NOW);
    await using setup = await quirkyCa({ now: () => instant(clock.now() + 2 * 3_600_000), processing: null });
    const { chain } = await setup.obtain();
    expect(chain.leaf.notBefore).toBeGreaterThan(NOW);
  });
});

describe("orders", () => {
  it("that are valid already when the CSR comes keep the certificate of the first", async () => {
    await using setup = await quirkyCa();
    const { ca, client, polling } = setup;
    await setup.obtain();
    const { url } = await setup.newOrder();
    const order = new OrderHandle(client, url);
    const first = await order.finalize(await setup.csr(), polling);
    // The second worker saw the order while it was still ready.
    ca.alterNext(
      "order",
      withJson((document) => ({ ...document, certificate: null, status: "ready" })),
    );
    const second = await order.finalize(await setup.csr(), polling);
    expect(second.certificate).toBe(first.certificate);
    expect(ca.counts().issued).toBe(2);
  });

  it("that are ready at once, as their authorizations are reused, take four requests", async () => {
    await using setup = await quirkyCa({ processing: null });
    const { client, observed } = setup;
    await setup.obtain();
    observed.length = 0;
    const { url, resource } = await setup.newOrder();
    expect(resource.status).toBe("ready");
    const { certificate } = await new OrderHandle(client, url).finalize(await setup.csr(), setup.polling);
    await client.certificate(certificate);
    expect(observed.map((each) => each.resource)).toEqual(["newOrder", "order", "finalize", "certificate"]);
  });

  it("that replace a certificate whose replacement is merely open are placed without `replaces`", async () => {
    await using setup = await quirkyCa({ orderReuse: false });
    const { client, ca } = setup;
    const { chain } = await setup.obtain();
    const replaces = certificateId(chain.leaf) ?? "";
    expect((await client.newReplacementOrder({ identifiers, replaces })).replaces).toBe(true);
    const lost = await client.newReplacementOrder({ identifiers, replaces });
    expect(lost.replaces).toBe(false);
    expect(ca.requests().some(({ problem, status }) => problem === "alreadyReplaced" && status === 409)).toBe(
      true,
    );
  });

  it("to which the CA adds a name are told of, and not finalized", async () => {
    await using setup = await quirkyCa();
    setup.ca.alterNext("newOrder", addsName("www.quirk.example.com"));
    const failure = await failureOf(setup.obtain());
    expect(failure).toMatchObject({
      code: "bad-response",
      message: "the order came with www.quirk.example.com, not asked for",
    });
    expect(setup.observed.some(({ resource }) => resource === "finalize")).toBe(false);
  });

  it("without a Location cannot be asked for again, which is told", async () => {
    await using setup = await quirkyCa();
    setup.ca.alterNext("newOrder", withoutHeader("location"));
    const failure = await failureOf(setup.newOrder());
    expect(failure).toMatchObject({
      code: "bad-response",
      message: "newOrder: no usable Location header",
    });
  });

  it("are polled by the URL that newOrder gave when finalize gives none", async () => {
    await using setup = await quirkyCa({ processing: seconds(1) });
    setup.ca.alterNext("finalize", withoutHeader("location"));
    expect((await setup.obtain()).chain.leaf.names).toEqual(names);
  });
});

describe("refusals", () => {
  it("in HTML are known by their status", async () => {
    await using setup = await quirkyCa();
    setup.ca.alterNext("newOrder", html(429, { "Retry-After": "7" }));
    expect((await failureOf(setup.newOrder())).problem).toMatchObject({
      type: "rateLimited",
      status: 429,
      retryAt: NOW + 7_000,
      throttling: { kind: "quota", limit: null },
    });
  });

  it("by a limit tell its name and time", async () => {
    await using setup = await quirkyCa();
    setup.ca.alterNext("newOrder", overQuota("new-orders-per-account", 36));
    expect((await failureOf(setup.newOrder())).problem).toMatchObject({
      type: "rateLimited",
      retryAt: NOW + 36_000,
      throttling: { kind: "quota", limit: "new-orders-per-account" },
    });
  });

  it("by a busy CA are no limit", async () => {
    await using setup = await quirkyCa();
    setup.ca.alterNext("newOrder", shedding());
    expect((await failureOf(setup.newOrder())).problem).toMatchObject({
      type: "rateLimited",
      status: 503,
      throttling: { kind: "shedding" },
    });
  });

  it("of a paused name send a person to a page", async () => {
    await using setup = await quirkyCa();
    const portal = "https://ca.certmill.test/unpause?jwt=abc";
    setup.ca.alterNext("newOrder", paused(portal));
    expect((await failureOf(setup.newOrder())).problem).toMatchObject({
      status: 429,
      retryAt: null,
      throttling: { kind: "pause", portal },
    });
  });

  it("of the answer to a challenge take away what was published for it", async () => {
    await using setup = await quirkyCa();
    const { ca, client, polling } = setup;
    let published = 0;
    const counting = {
      "http-01": () => {
        published += 1;
        return () => {
          published -= 1;
        };
      },
    };
    ca.alterNext("challenge", overQuota("challenges", 5));
    const failure = await failureOf(orderCertificate(client, { names, publish: counting, polling }));
    expect(failure.problem?.type).toBe("rateLimited");
    expect(published).toBe(0);
  });

  it("of a nonce that was handed out twice are overcome", async () => {
    await using setup = await quirkyCa();
    const { ca, client, observed } = setup;
    const twice = repeatedNonce();
    ca.alterNext("account", twice);
    ca.alterNext("account", twice);
    await client.account();
    await client.account();
    observed.length = 0;
    expect((await client.account()).status).toBe("valid");
    expect(observed.map(({ status }) => status)).toEqual([400, 200]);
  });
});
