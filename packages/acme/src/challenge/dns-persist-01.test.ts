import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DnsPersist01Account, type DnsPersist01Record, dnsPersist01 } from "./dns-persist-01.ts";

const record: DnsPersist01Record = {
  issuerDomainNames: ["authority.example", "ca.example.net"],
  accountUri: "https://ca.example/acct/123",
};

it.each([
  ["example.com", "_validation-persist.example.com"],
  ["*.example.com", "_validation-persist.example.com"],
])("has the draft's name for %s", (domain, name) => {
  expect(dnsPersist01.type).toBe("dns-persist-01");
  expect(dnsPersist01.name(domain)).toBe(name);
});

describe("value", () => {
  it.each<[Partial<DnsPersist01Record>, string]>([
    [{}, "authority.example; accounturi=https://ca.example/acct/123"],
    [
      {
        issuerDomainNames: ["ca1.example"],
        accountUri: "https://ca1.example/acme/acct/12345",
        policy: "wildcard",
      },
      "ca1.example; accounturi=https://ca1.example/acme/acct/12345; policy=wildcard",
    ],
    [
      { persistUntil: Date.UTC(2026, 0, 1) },
      "authority.example; accounturi=https://ca.example/acct/123; persistUntil=1767225600",
    ],
    [
      { policy: "wildcard", persistUntil: 1_999 },
      "authority.example; accounturi=https://ca.example/acct/123; policy=wildcard; persistUntil=1",
    ],
  ])("is written as in the draft's examples: %j", (change, text) => {
    expect(dnsPersist01.value({ ...record, ...change })).toBe(text);
  });

  it.each<Partial<DnsPersist01Record>>([
    { issuerDomainNames: [] },
    { issuerDomainNames: Array.from({ length: 11 }, () => "ca.example") },
    { issuerDomainNames: ["ca.example", "CA.example"] },
    { issuerDomainNames: ["ca.example."] },
    { issuerDomainNames: ["ca.example; policy=wildcard"] },
    { issuerDomainNames: ["bücher.example"] },
    { accountUri: "" },
    { accountUri: "acct/123" },
    { accountUri: "https://ca.example/acct/123;policy=wildcard" },
    { accountUri: "https://ca.example/acct/ 123" },
    { persistUntil: -1 },
    { persistUntil: Number.NaN },
    { persistUntil: Infinity },
  ])("refuses %j", (change) => {
    expect(() => dnsPersist01.value({ ...record, ...change })).toThrow(TypeError);
  });

  it("is taken apart by the grammar of RFC 8659 into what went in", () => {
    const uris = fc.webUrl({ withQueryParameters: true }).filter((url) => !url.includes(";"));
    const times = fc.option(fc.nat({ max: 4_000_000_000 }), { nil: undefined });
    fc.assert(
      fc.property(uris, times, fc.boolean(), (accountUri, seconds, isWildcard) => {
        const value = dnsPersist01.value({
          ...record,
          accountUri,
          ...(isWildcard ? { policy: "wildcard" } : {}),
          ...(seconds === undefined ? {} : { persistUntil: seconds * 1_000 }),
        });
        const [issuer, ...parameters] = value.split(/[ \t]*;[ \t]*/);
        expect(issuer).toBe("authority.example");
        for (const parameter of parameters) expect(parameter).toMatch(/^[A-Za-z0-9]+=[\x21-\x3a\x3c-\x7e]+$/);
        expect(parameters.map((text) => text.replace("=", "\n").split("\n"))).toEqual([
          ["accounturi", accountUri],
          ...(isWildcard ? [["policy", "wildcard"]] : []),
          ...(seconds === undefined ? [] : [["persistUntil", String(seconds)]]),
        ]);
      }),
    );
  });
});

describe("hashedAccountUri", () => {
  const account: DnsPersist01Account = {
    prefix: "https://ca.example/account-hash/",
    domain: "example.com",
    thumbprint: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
    accountUrl: "https://ca.example/acct/123",
  };

  it.each([
    ["example.com", "5SQm7n6tPh2-PlLbCKGnViTXX5z19SCN4cPGQHSk-kw"],
    ["*.EXAMPLE.com", "5SQm7n6tPh2-PlLbCKGnViTXX5z19SCN4cPGQHSk-kw"],
    ["*", "NpDnSwUthQK8zCgFdefYxAdAVPnygMLbs9US6oO-5ug"],
  ])("is draft 02's test vector (section 10.2) for %s", (domain, hash) => {
    expect(dnsPersist01.hashedAccountUri({ ...account, domain })).toBe(
      `https://ca.example/account-hash/sha-256/${hash}`,
    );
  });

  it.each<Partial<DnsPersist01Account>>([
    { prefix: "" },
    { prefix: "account-hash/" },
    { prefix: "https://ca.example/;policy=wildcard;" },
    { domain: "" },
    { domain: "192.0.2.1" },
    { domain: "bücher.example" },
    { thumbprint: "short" },
    { accountUrl: "acct/123" },
  ])("refuses %j", (change) => {
    expect(() => dnsPersist01.hashedAccountUri({ ...account, ...change })).toThrow(TypeError);
  });

  it("can be written into a record", () => {
    const accountUri = dnsPersist01.hashedAccountUri(account);
    expect(dnsPersist01.value({ ...record, accountUri })).toBe(`authority.example; accounturi=${accountUri}`);
  });
});
