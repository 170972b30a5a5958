/** What real CAs were seen to do, one test each; the sim CA does it on demand. */
import {
  AcmeClient,
  AcmeError,
  AuthorizationHandle,
  ChainError,
  certificateId,
  certificateRequest,
  generateAccountKey,
  generateCertificateKey,
  type ObservedRequest,
  OrderHandle,
  orderCertificate,
  undiciTransport,
} from "@certmill/acme";
import { days, instant, seconds } from "@certmill/domain";
import {
  addsName,
  cutAfter,
  dribble,
  html,
  overQuota,
  oversized,
  paused,
  type RawBytes,
  redirect,
  repeatedNonce,
  reversedChain,
  type SimCaOptions,
  shedding,
  startSimCa,
  withDate,
  withJson,
  withoutHeader,
  withRetryAfter,
} from "@certmill/sim";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../packages/acme/test/virtual-clock.ts";
import { failureOf } from "./session.ts";

const NOW = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;
/** Connections that are cut side by side. */
const AT_ONCE = 25;
const names = ["quirk.example.com"];
const identifiers = [{ type: "dns", value: "quirk.example.com" }] as const;
const publish = { "http-01": () => {} };

interface Means {
  /** Of the transport, in milliseconds. */
  readonly timeout?: number;
  readonly maxResponseBytes?: number;
}

/** A CA that believes every challenge, a clock that both sides go by, and a client with an account. */
async function setUp(options: SimCaOptions = {}, means: Means = {}) {
  const clock = new VirtualClock(NOW);
  const ca = await startSimCa({
    alwaysValid: true,
    now: () => instant(clock.now()),
    retryAfter: { form: "none" },
    ...options,
  });
  const transport = undiciTransport(means);
  const observed: ObservedRequest[] = [];
  const key = generateAccountKey();
  const stranger = new AcmeClient({
    directoryUrl: ca.directoryUrl,
    transport,
    key,
    now: () => clock.now(),
    onRequest: (request) => observed.push(request),
  });
  await stranger.newAccount({ termsOfServiceAgreed: true });
  const client = stranger;
  return {
    ca,
    clock,
    key,
    client,
    observed,
    polling: { clock },
    newOrder: () => client.newOrder({ identifiers }),
    obtain: () => orderCertificate(client, { names, publish, polling: { clock } }),
    csr: async () => certificateRequest({ names, key: await generateCertificateKey("P-256") }),
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await ca[Symbol.asyncDispose]();
    },
  };
}

describe("the pace of the CA", () => {
  it("Retry-After of a day on an authorization is no reason to wait a day", async () => {
    await using setup = await setUp({ processing: null });
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
    await using setup = await setUp({
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
    await using setup = await setUp({
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
    await using setup = await setUp({ now: () => instant(clock.now() + 2 * 3_600_000), processing: null });
    const { chain } = await setup.obtain();
    expect(chain.leaf.notBefore).toBeGreaterThan(NOW);
  });
});

describe("orders", () => {
  it("that are valid already when the CSR comes keep the certificate of the first", async () => {
    await using setup = await setUp();
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
    await using setup = await setUp({ processing: null });
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
    await using setup = await setUp({ orderReuse: false });
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
    await using setup = await setUp();
    setup.ca.alterNext("newOrder", addsName("www.quirk.example.com"));
    const failure = await failureOf(setup.obtain());
    expect(failure).toMatchObject({
      code: "bad-response",
      message: "the order came with www.quirk.example.com, not asked for",
    });
    expect(setup.observed.some(({ resource }) => resource === "finalize")).toBe(false);
  });

  it("without a Location cannot be asked for again, which is told", async () => {
    await using setup = await setUp();
    setup.ca.alterNext("newOrder", withoutHeader("location"));
    const failure = await failureOf(setup.newOrder());
    expect(failure).toMatchObject({
      code: "bad-response",
      message: "newOrder: no usable Location header",
    });
  });

  it("are polled by the URL that newOrder gave when finalize gives none", async () => {
    await using setup = await setUp({ processing: seconds(1) });
    setup.ca.alterNext("finalize", withoutHeader("location"));
    expect((await setup.obtain()).chain.leaf.names).toEqual(names);
  });
});

describe("refusals", () => {
  it("in HTML are known by their status", async () => {
    await using setup = await setUp();
    setup.ca.alterNext("newOrder", html(429, { "Retry-After": "7" }));
    expect((await failureOf(setup.newOrder())).problem).toMatchObject({
      type: "rateLimited",
      status: 429,
      retryAt: NOW + 7_000,
      throttling: { kind: "quota", limit: null },
    });
  });

  it("by a limit tell its name and time", async () => {
    await using setup = await setUp();
    setup.ca.alterNext("newOrder", overQuota("new-orders-per-account", 36));
    expect((await failureOf(setup.newOrder())).problem).toMatchObject({
      type: "rateLimited",
      retryAt: NOW + 36_000,
      throttling: { kind: "quota", limit: "new-orders-per-account" },
    });
  });

  it("by a busy CA are no limit", async () => {
    await using setup = await setUp();
    setup.ca.alterNext("newOrder", shedding());
    expect((await failureOf(setup.newOrder())).problem).toMatchObject({
      type: "rateLimited",
      status: 503,
      throttling: { kind: "shedding" },
    });
  });

  it("of a paused name send a person to a page", async () => {
    await using setup = await setUp();
    const portal = "https://ca.certmill.test/unpause?jwt=abc";
    setup.ca.alterNext("newOrder", paused(portal));
    expect((await failureOf(setup.newOrder())).problem).toMatchObject({
      status: 429,
      retryAt: null,
      throttling: { kind: "pause", portal },
    });
  });

  it("of the answer to a challenge take away what was published for it", async () => {
    await using setup = await setUp();
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
    await using setup = await setUp();
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

describe("what comes over the wire", () => {
  it("is a directory without its optional members", async () => {
    await using setup = await setUp();
    const { ca, clock, client } = setup;
    ca.alterNext(
      "directory",
      withJson(({ newNonce, newAccount, newOrder }) => ({ newNonce, newAccount, newOrder })),
    );
    // The directory is remembered for an hour.
    clock.advance(61 * MINUTE);
    expect(await client.directory()).toMatchObject({
      keyChange: null,
      revokeCert: null,
      renewalInfo: null,
      meta: { termsOfService: null, caaIdentities: [], externalAccountRequired: false, profiles: {} },
    });
    expect((await setup.newOrder()).resource.status).toBe("pending");
  });

  it("is a chain in the wrong order, which is not served", async () => {
    await using setup = await setUp();
    setup.ca.alterNext("certificate", reversedChain);
    await expect(setup.obtain()).rejects.toBeInstanceOf(ChainError);
  });

  it.each(["newNonce", "newOrder", "certificate"] as const)(
    "is cut at each byte of the answer to %s, and never taken for whole",
    async (resource) => {
      await using setup = await setUp({ requestsKept: 0, processing: null });
      const { ca, client } = setup;
      await setup.obtain();
      const { url } = await setup.newOrder();
      const order = new OrderHandle(client, url);
      const { certificate } = await order.finalize(await setup.csr(), setup.polling);
      await using transport = undiciTransport();
      const { directoryUrl } = ca;
      const { accountUrl } = client;
      const fresh = () =>
        new AcmeClient({ directoryUrl, transport, key: setup.key, accountUrl, now: () => setup.clock.now() });
      const ask = (): Promise<unknown> => {
        if (resource === "certificate") return client.certificate(certificate);
        return resource === "newOrder" ? setup.newOrder() : fresh().account();
      };
      let length = 0;
      ca.alterNext(resource, (reply) => {
        length = (cutAfter(Infinity)(reply) as RawBytes).raw.length;
        return reply;
      });
      await ask();
      expect(length).toBeGreaterThan(100);
      const ended: string[] = [];
      const askCut = (bytes: number) => {
        ca.alterNext(resource, cutAfter(bytes));
        return ask().then(
          () => ended.push(`taken when cut after ${bytes} bytes`),
          (error: unknown) => {
            if (!(error instanceof AcmeError) || error.code !== "transport") ended.push(String(error));
          },
        );
      };
      for (let bytes = 0; bytes < length; bytes += AT_ONCE) {
        const some = Array.from({ length: Math.min(AT_ONCE, length - bytes) }, (_, index) => bytes + index);
        await Promise.all(some.map(askCut));
      }
      expect(ended).toEqual([]);
      await ask();
    },
  );

  it("comes byte by byte without end, and is given up at the deadline", async () => {
    await using setup = await setUp({}, { timeout: 250 });
    const slow = dribble();
    setup.ca.alterNext("newOrder", slow.alteration);
    const asked = failureOf(setup.newOrder());
    let sent = 0;
    while (await slow.next()) sent += 1;
    expect(await asked).toMatchObject({ code: "transport" });
    expect(sent).toBeGreaterThan(0);
    await slow.closed;
    expect((await setup.newOrder()).resource.status).toBe("pending");
  });

  it("is longer than it may be, and is refused unread", async () => {
    await using setup = await setUp({}, { maxResponseBytes: 20_000 });
    setup.ca.alterNext("newOrder", oversized(50_000_000));
    expect(await failureOf(setup.newOrder())).toMatchObject({
      code: "bad-response",
      message: expect.stringContaining("over 20000 bytes"),
    });
  });

  it("is a redirect, which is not followed: the signature is for one URL", async () => {
    await using setup = await setUp();
    setup.ca.alterNext("newOrder", redirect(`${setup.ca.directoryUrl}/elsewhere`));
    const failure = await failureOf(setup.newOrder());
    expect(failure.problem).toMatchObject({ type: "other", status: 302 });
    expect(setup.ca.requests().some(({ path }) => path.includes("elsewhere"))).toBe(false);
  });
});
