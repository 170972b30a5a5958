import { describe, expect, it } from "vitest";
import { everyResource, problem, type ScriptedAnswer } from "../../test/scripted-ca.ts";
import { orderOf, startClient } from "../../test/scripted-client.ts";

const request = { identifiers: [{ type: "dns", value: "a.example.com" }], replaces: "aaaa.AQ" } as const;

const refusalOf = (type: string, status: number, detail: string): ScriptedAnswer =>
  problem(type, status, { detail });

describe("newReplacementOrder", () => {
  it("names what it replaces", async () => {
    await using setup = await startClient(null, everyResource);
    const { ca, client } = setup;
    const body = orderOf(ca, { replaces: "aaaa.AQ" });
    ca.script("/order", { status: 201, body, headers: { location: "/order/1" } });
    const placed = await client.newReplacementOrder(request);
    expect(placed).toMatchObject({
      replaces: true,
      url: `${ca.origin}/order/1`,
      resource: { replaces: "aaaa.AQ" },
    });
    expect(ca.seen.at(-1)?.payload).toEqual(request);
  });

  it.each([
    ["already replaced", refusalOf("alreadyReplaced", 409, "no")],
    ["in conflict", refusalOf("conflict", 409, "no")],
    ["409 of another type", refusalOf("malformed", 409, "no")],
    ["unknown to the CA", refusalOf("malformed", 404, "no such certificate")],
    ["another account's", refusalOf("unauthorized", 403, "did not request the certificate being replaced")],
    ["named in the text", refusalOf("malformed", 401, "replaces field does not identify a certificate")],
    ["refused by ARI", refusalOf("malformed", 400, "ARI CertID could not be parsed")],
    [
      "not found by an error of the CA's own",
      refusalOf("serverInternal", 500, "could not find an order for the given certificate"),
    ],
    ["refused without a word", refusalOf("malformed", 400, "")],
    [
      "named in a subproblem",
      problem("compound", 400, { detail: "several", subproblems: [{ detail: "bad replaces" }] }),
    ],
  ])("is placed without, when the certificate is %s", async (_, answer) => {
    await using setup = await startClient(null, everyResource);
    const { ca, client } = setup;
    ca.script("/order", answer, { status: 201, body: orderOf(ca), headers: { location: "/order/2" } });
    expect(await client.newReplacementOrder(request)).toMatchObject({
      replaces: false,
      url: `${ca.origin}/order/2`,
    });
    expect(ca.seen.at(-1)?.payload).toEqual({ identifiers: request.identifiers });
  });

  it.each([
    ["a rate limit", problem("rateLimited", 429)],
    ["a name that is rejected", problem("rejectedIdentifier", 400)],
    ["an error of the CA's own", refusalOf("serverInternal", 500, "error creating new order")],
    ["a variable that is not ARI", refusalOf("malformed", 400, "bad VARIANT")],
    [
      "a refusal with words in its parts only",
      problem("malformed", 400, { detail: "", subproblems: [{ detail: "x" }] }),
    ],
  ])("is not tried again for %s", async (_, answer) => {
    await using setup = await startClient(null, everyResource);
    setup.ca.script("/order", answer);
    await expect(setup.client.newReplacementOrder(request)).rejects.toMatchObject({ code: "problem" });
    expect(setup.ca.seen.filter(({ path }) => path === "/order")).toHaveLength(1);
  });

  it("is tried once more, and no more", async () => {
    await using setup = await startClient(null, everyResource);
    setup.ca.script("/order", problem("alreadyReplaced", 409), problem("alreadyReplaced", 409));
    await expect(setup.client.newReplacementOrder(request)).rejects.toMatchObject({
      problem: { type: "alreadyReplaced" },
    });
    expect(setup.ca.seen.filter(({ path }) => path === "/order")).toHaveLength(2);
  });

  it("names nothing to a CA without renewal information", async () => {
    await using setup = await startClient();
    const { ca, client } = setup;
    ca.script("/order", { status: 201, body: orderOf(ca), headers: { location: "/order/1" } });
    expect(await client.newReplacementOrder(request)).toMatchObject({ replaces: false });
    expect(ca.seen.at(-1)?.payload).toEqual({ identifiers: request.identifiers });
  });
});
