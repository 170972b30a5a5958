/** What was seen to come over the wire from real CAs, one test each. */
import { AcmeClient, AcmeError, ChainError, OrderHandle, undiciTransport } from "@certmill/acme";
import {
  cutAfter,
  dribble,
  oversized,
  type RawBytes,
  redirect,
  reversedChain,
  withJson,
} from "@certmill/sim";
import { describe, expect, it } from "vitest";
import { quirkyCa } from "./quirky-ca.ts";
import { failureOf } from "./session.ts";

/** Connections that are cut side by side. */
const AT_ONCE = 25;

describe("what comes over the wire", () => {
  it("is a directory without its optional members", async () => {
    await using setup = await quirkyCa();
    const { ca, clock, client } = setup;
    ca.alterNext(
      "directory",
      withJson(({ newNonce, newAccount, newOrder }) => ({ newNonce, newAccount, newOrder })),
    );
    // The directory is remembered for an hour.
    clock.advance(61 * 60_000);
    expect(await client.directory()).toMatchObject({
      keyChange: null,
      revokeCert: null,
      renewalInfo: null,
      meta: { termsOfService: null, caaIdentities: [], externalAccountRequired: false, profiles: {} },
    });
    expect((await setup.newOrder()).resource.status).toBe("pending");
  });

  it("is a chain in the wrong order, which is not served", async () => {
    await using setup = await quirkyCa();
    setup.ca.alterNext("certificate", reversedChain);
    await expect(setup.obtain()).rejects.toBeInstanceOf(ChainError);
  });

  it.each(["newNonce", "newOrder", "certificate"] as const)(
    "is cut at each byte of the answer to %s, and never taken for whole",
    async (resource) => {
      await using setup = await quirkyCa({ requestsKept: 0, processing: null });
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
    await using setup = await quirkyCa({}, { timeout: 250 });
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
    await using setup = await quirkyCa({}, { maxResponseBytes: 20_000 });
    setup.ca.alterNext("newOrder", oversized(50_000_000));
    expect(await failureOf(setup.newOrder())).toMatchObject({
      code: "bad-response",
      message: expect.stringContaining("over 20000 bytes"),
    });
  });

  it("is a redirect, which is not followed: the signature is for one URL", async () => {
    await using setup = await quirkyCa();
    setup.ca.alterNext("newOrder", redirect(`${setup.ca.directoryUrl}/elsewhere`));
    const failure = await failureOf(setup.newOrder());
    expect(failure.problem).toMatchObject({ type: "other", status: 302 });
    expect(setup.ca.requests().some(({ path }) => path.includes("elsewhere"))).toBe(false);
  });
});
