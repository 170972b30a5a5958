import { isIP } from "node:net";
import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalIp, ipBytes, ipText } from "./ip-address.ts";

it.each([
  ["192.0.2.1", "c0000201", "192.0.2.1"],
  ["0.0.0.0", "00000000", "0.0.0.0"],
  ["2001:db8::1", "20010db8000000000000000000000001", "2001:db8::1"],
  ["2001:DB8:0:0:1:0:0:1", "20010db8000000000001000000000001", "2001:db8::1:0:0:1"],
  ["::", "00000000000000000000000000000000", "::"],
  ["::ffff:192.0.2.1", "00000000000000000000ffffc0000201", "::ffff:c000:201"],
  ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008", "1:2:3:4:5:6:7:8"],
  ["1::", "00010000000000000000000000000000", "1::"],
])("%s is %s", (text, bytes, canonical) => {
  const address = ipBytes(text);
  expect(Buffer.from(address ?? []).toString("hex")).toBe(bytes);
  expect(ipText(address ?? new Uint8Array())).toBe(canonical);
});

it.each(["", "a.example.com", "192.0.2", "192.0.2.256", "1.2.3.4.5", "fe80::1%eth0", "[::1]", "::g"])(
  "%j is no address",
  (text) => {
    expect(ipBytes(text)).toBeNull();
  },
);

it("keeps every address over text and back", () => {
  const addresses = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
  );
  fc.assert(
    fc.property(addresses, (bytes) => {
      const text = ipText(bytes) ?? "";
      expect(isIP(text)).toBe(bytes.length === 4 ? 4 : 6);
      expect(ipBytes(text)).toEqual(Uint8Array.from(bytes));
    }),
  );
});

it("has no text for another number of bytes", () => {
  expect(ipText(new Uint8Array(5))).toBeNull();
});

it("reads whatever Node takes for an address, in the one text it has", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const canonical = canonicalIp(text) ?? "";
      expect(ipBytes(canonical)).toEqual(ipBytes(text));
      expect(canonicalIp(canonical)).toBe(canonical);
      expect(isIP(canonical)).toBe(isIP(text));
    }),
  );
  expect(canonicalIp("a.example.com")).toBeNull();
});
