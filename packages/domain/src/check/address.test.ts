import { isIPv4, isIPv6, SocketAddress } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressText, isWithin, parseAddress, parseRange } from "./address.ts";
import { isPublicAddress, mayReach } from "./public-address.ts";

const range = (text: string) => {
  const parsed = parseRange(text);
  if (parsed === null) throw new Error(`${text} is no range.`);
  return parsed;
};
const address = (text: string) => {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(`${text} is no address.`);
  return parsed;
};

const texts = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.stringMatching(/^[0-9a-f:.]{0,24}$/),
  fc.constantFrom(
    "::",
    "::1",
    "1::",
    "::ffff:192.0.2.1",
    "1:2:3:4:5:6:7::",
    "1:2:3:4:5:6:7:8:9",
    "1.2.3",
    "01.2.3.4",
  ),
);

describe("addresses", () => {
  test("are those of Node, and written as Node writes them", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseAddress(text);
        expect(parsed?.version ?? 0).toBe(isIPv4(text) ? 4 : isIPv6(text) ? 6 : 0);
        if (parsed === null) return;
        const again = parseAddress(addressText(parsed));
        expect(again).toEqual(parsed);
        const family = parsed.version === 4 ? "ipv4" : "ipv6";
        const byNode = new SocketAddress({ address: text, family }).address;
        // Node writes what is IPv4 inside with dots.
        if (!byNode.includes(".") || parsed.version === 4) expect(addressText(parsed)).toBe(byNode);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["192.0.2.0/24", "192.0.2.255", true],
    ["192.0.2.0/24", "192.0.3.0", false],
    ["192.0.2.77/24", "192.0.2.1", true],
    ["192.0.2.7", "192.0.2.7", true],
    ["192.0.2.7", "::ffff:192.0.2.7", true],
    ["0.0.0.0/0", "::1", false],
    ["::/0", "192.0.2.1", false],
    ["2001:db8::/32", "2001:DB8::7", true],
    ["2001:db8::/127", "2001:db8::2", false],
  ])("%s has %s: %s", (prefix, text, expected) => {
    expect(isWithin(address(text), [range(prefix)])).toBe(expected);
  });

  test.each([
    "",
    "192.0.2.0/33",
    "192.0.2.0/024",
    "192.0.2.0/",
    "192.0.2.0/8/8",
    "::/129",
    "fe80::1%eth0",
    "[::1]",
  ])("%j is no range", (text) => expect(parseRange(text)).toBeNull());
});

describe("public addresses", () => {
  test.each(["8.8.8.8", "172.32.0.1", "100.63.255.255", "223.255.255.255", "2606:4700::1", "2a00::1"])(
    "%s is one",
    (text) => expect(isPublicAddress(address(text))).toBe(true),
  );

  test.each([
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.53",
    "169.254.169.254",
    "172.31.255.255",
    "192.168.0.1",
    "198.19.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001::1",
    "fc00::1",
    "fe80::1",
    "ff02::1",
  ])("%s is none", (text) => expect(isPublicAddress(address(text))).toBe(false));

  test("what is allowed may be reached, in its mapped form too", () => {
    const allowed = [range("10.0.0.0/8")];
    expect(mayReach(address("10.0.0.1"), allowed)).toBe(true);
    expect(mayReach(address("::ffff:10.0.0.1"), allowed)).toBe(true);
    expect(mayReach(address("192.168.0.1"), allowed)).toBe(false);
    expect(mayReach(address("9.9.9.9"), [])).toBe(true);
  });
});
