import { domainToASCII } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressText, parseAddress } from "../check/address.ts";
import { type DnsName, type NameRefusal, withoutWildcard } from "./dns-name.ts";
import { isIpName } from "./ip-name.ts";
import { normaliseName } from "./normalise-name.ts";

const label63 = "a".repeat(63);

describe("accepted", () => {
  const accepted: readonly (readonly [written: string, name: string])[] = [
    ["shop.example.com", "shop.example.com"],
    ["  Shop.EXAMPLE.com.\n", "shop.example.com"],
    ["\uFEFFexample.com", "example.com"],
    ["*.example.com", "*.example.com"],
    ["*.Bücher.de", "*.xn--bcher-kva.de"],
    ["münchen.de", "xn--mnchen-3ya.de"],
    ["XN--MNCHEN-3YA.de", "xn--mnchen-3ya.de"],
    ["straße.de", "xn--strae-oqa.de"],
    ["ΟΔΟΣ.gr", "xn--pxavbq.gr"],
    ["ｓｈｏｐ。example．com", "shop.example.com"],
    ["a.公司.cn", "a.xn--55qx5d.cn"],
    ["so\u00adft.example.com", "soft.example.com"],
    ["1.2.3.example.com", "1.2.3.example.com"],
    ["a--b.example.com", "a--b.example.com"],
    [`${label63}.example.com`, `${label63}.example.com`],
    // A suffix of the private section only: CAs issue for it.
    ["github.io", "github.io"],
    ["*.github.io", "*.github.io"],
    // An exception of a wildcard rule of the list.
    ["www.ck", "www.ck"],
    [" 198.41.0.4 ", "198.41.0.4"],
    ["2001:503:BA3E:0:0:0:2:30", "2001:503:ba3e::2:30"],
    ["[2001:503:ba3e::2:30]", "2001:503:ba3e::2:30"],
    ["::ffff:198.41.0.4", "198.41.0.4"],
  ];
  test.each(accepted)("%j is %s under either policy", (written, name) => {
    expect(normaliseName(written, "public")).toEqual({ ok: true, name });
    expect(normaliseName(written, "private")).toEqual({ ok: true, name });
  });
});

describe("refused under either policy", () => {
  const malformed: readonly (readonly [written: string, code: NameRefusal, reason: RegExp])[] = [
    ["", "empty", /no name/],
    [" \t ", "empty", /no name/],
    [".", "empty", /no name/],
    ["shop\u0000.example.com", "control-character", /"shop\\u\{0\}\.example\.com"/],
    ["shop\n.example.com", "control-character", /control character/],
    ["192.0.2.010", "ip-address", /write it alone/],
    ["１９２.0.2.1", "ip-address", /write it alone/],
    ["*.192.0.2.1", "ip-address", /write it alone/],
    ["[2001:db8::1]:443", "ip-address", /write it alone/],
    ["2001:db8::/32", "ip-address", /write it alone/],
    ["fe80::1%eth0", "ip-address", /write it alone/],
    ["192.0.2.1:443", "not-a-name", /has a port; write "192\.0\.2\.1"\.$/],
    ["1.2.3", "bad-label", /last label is a number/],
    ["https://shop.example.com/cart?x=1", "not-a-name", /is a URL; write "shop\.example\.com"\.$/],
    ["https://me:secret@shop.example.com:8443", "not-a-name", /; write "shop\.example\.com"\.$/],
    ["postmaster@example.com", "not-a-name", /is an e-mail address; write "example\.com"\.$/],
    ["example.com:443", "not-a-name", /has a port; write "example\.com"\.$/],
    ["example.com/", "not-a-name", /has a path; write "example\.com"\.$/],
    ["/srv/www", "not-a-name", /has a path; write the host name only\.$/],
    ["a.example.com, b.example.com", "not-a-name", /one name at a time/],
    ["a.example.com b.example.com", "not-a-name", /one name at a time/],
    ["*", "bad-wildcard", /"\*\." in front/],
    ["*.", "bad-wildcard", /"\*\." in front/],
    ["www.*.example.com", "bad-wildcard", /"\*\." in front/],
    ["w*.example.com", "bad-wildcard", /"\*\." in front/],
    ["*.*.example.com", "bad-wildcard", /"\*\." in front/],
    ["a..example.com", "bad-label", /nothing between two dots/],
    [".example.com", "bad-label", /nothing between two dots/],
    ["example.com..", "bad-label", /nothing between two dots/],
    ["my_shop.example.com", "bad-label", /underscore/],
    ["-a.example.com", "bad-label", /hyphen/],
    ["a-.example.com", "bad-label", /hyphen/],
    ["ab--c.example.com", "bad-label", /third and fourth/],
    ["tom's.example.com", "bad-label", /the character "'" is not allowed/],
    [`a${label63}.example.com`, "bad-label", /64 characters, 63 are allowed/],
    ["xn--a.example.com", "bad-label", /"xn--a" does not decode/],
    ["xn--shop-.example.com", "bad-label", /"xn--shop-" does not decode/],
    // Decodes, but to a capital letter: only the A-label of the small one is a name.
    ["xn--Mnchen-n7a.de", "bad-label", /does not decode/],
    ["a\u202eb.example.com", "bad-label", /"a\\u\{202e\}b"/],
    ["\ud800.example.com", "bad-label", /"\\u\{d800\}"/],
    ["א.1a.com", "bad-label", /writing directions/],
    ["example.1", "bad-label", /last label is a number/],
    [`${`${label63}.`.repeat(4)}com`, "too-long", /259 characters; a name has 253/],
    ["ü".repeat(1_001), "too-long", /1001 characters/],
  ];
  test.each(malformed)("%.60j: %s", (written, code, reason) => {
    for (const policy of ["public", "private"] as const) {
      const result = normaliseName(written, policy);
      expect(result).toEqual({ ok: false, code, reason: expect.stringMatching(reason) });
    }
  });

  test("the 254th character, wildcard included", () => {
    const longest = `${`${label63}.`.repeat(3)}${"b".repeat(57)}.com`;
    expect(longest).toHaveLength(253);
    expect(normaliseName(longest, "public")).toEqual({ ok: true, name: longest });
    expect(normaliseName(`*.${longest}`, "public")).toMatchObject({ ok: false, code: "too-long" });
  });
});

describe("refused for a public CA only", () => {
  const unfit: readonly (readonly [written: string, code: NameRefusal])[] = [
    ["intranet", "single-label"],
    ["com", "single-label"],
    ["*.com", "single-label"],
    ["shop.test", "reserved-tld"],
    ["www.example", "reserved-tld"],
    ["printer.local", "reserved-tld"],
    ["db.internal", "reserved-tld"],
    ["host.localhost", "reserved-tld"],
    ["router.home.arpa", "reserved-tld"],
    ["1.0.0.127.in-addr.arpa", "reserved-tld"],
    ["duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion", "reserved-tld"],
    ["a.alt", "reserved-tld"],
    ["nas.lan", "unknown-tld"],
    ["mail.corp", "unknown-tld"],
    ["co.uk", "public-suffix"],
    ["*.co.uk", "public-suffix"],
    ["公司.cn", "public-suffix"],
    ["anything.ck", "public-suffix"],
    ["192.0.2.1", "reserved-address"],
    ["10.0.0.1", "reserved-address"],
    ["2001:db8::1", "reserved-address"],
    ["::1", "reserved-address"],
  ];
  test.each(unfit)("%j: %s", (written, code) => {
    expect(normaliseName(written, "public")).toMatchObject({ ok: false, code });
    expect(normaliseName(written, "private")).toMatchObject({ ok: true });
  });
});

describe("for any text", () => {
  const alphabet = fc.constantFrom(...Array.from("abcXYZ019-.*ßüéأא例。．\u200d\u00ad_ /:@x-n"));
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: alphabet, maxLength: 40 }),
    fc.string({ unit: alphabet, maxLength: 20 }).map((label) => `xn--${label}.com`),
    fc.domain(),
    fc.webUrl(),
  );
  const policy = fc.constantFrom("public" as const, "private" as const);

  test("the outcome is a well-formed name, or a printable reason", () => {
    fc.assert(
      fc.property(text, policy, (written, chosen) => {
        const result = normaliseName(written, chosen);
        if (result.ok) expectWellFormed(result.name);
        else expect(result.reason).toMatch(/^\P{C}+\.$/u);
      }),
      { numRuns: 5_000 },
    );
  });

  test("a name normalises to itself", () => {
    fc.assert(
      fc.property(text, policy, (written, chosen) => {
        const once = normaliseName(written, chosen);
        if (once.ok) expect(normaliseName(once.name, chosen)).toEqual(once);
      }),
      { numRuns: 5_000 },
    );
  });

  test("what a public CA takes, a private one takes under the same name", () => {
    fc.assert(
      fc.property(text, (written) => {
        const result = normaliseName(written, "public");
        if (result.ok) expect(normaliseName(written, "private")).toEqual(result);
      }),
    );
  });

  test("international letters become what browsers make of them", () => {
    const letters = fc.string({
      unit: fc.constantFrom(...Array.from("aZ9ßüÜéςΣأא例日本ｗé")),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(letters, (label) => {
        const result = normaliseName(`${label}.com`, "public");
        if (result.ok) expect(result.name).toBe(domainToASCII(`${label}.com`));
      }),
    );
  });

  test("case, surrounding space and the trailing dot do not matter", () => {
    fc.assert(
      fc.property(fc.domain(), (domain) => {
        expect(normaliseName(`\t${domain.toUpperCase()}. `, "private")).toEqual(
          normaliseName(domain, "private"),
        );
      }),
    );
  });
});

function expectWellFormed(name: DnsName) {
  if (isIpName(name)) {
    const address = parseAddress(name);
    return expect(address === null ? null : addressText(address)).toBe(name);
  }
  expect(name.length).toBeLessThanOrEqual(253);
  for (const label of withoutWildcard(name).split(".")) {
    expect(label).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
  }
}
