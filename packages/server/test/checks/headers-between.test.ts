import { expect, test } from "vitest";
import { betweenOf, cachedBy } from "../../src/checks/headers-between.ts";

test.each([
  [{}, null, null],
  [{ "cf-ray": "8a", "cf-cache-status": "DYNAMIC" }, "Cloudflare", null],
  [{ "cf-ray": "8a", "cf-cache-status": "HIT" }, "Cloudflare", "cf-cache-status: HIT"],
  [{ via: "1.1 proxy.example" }, "a proxy (Via: 1.1 proxy.example)", null],
  [{ "x-varnish": "32770 3", via: "1.1 varnish", age: "12" }, "Varnish", "age: 12"],
  [{ "x-varnish": "32770", via: "1.1 varnish", age: "0" }, "Varnish", null],
  [{ "x-cache": "MISS, HIT\u0007" }, null, "x-cache: MISS, HIT"],
  [{ "x-cache": "MISS" }, null, null],
  [{ "cache-status": "edge; hit; ttl=30" }, null, "cache-status: edge; hit; ttl=30"],
  [{ age: "soon" }, null, null],
])("%j: %s, %s", (headers, between, cached) => {
  expect([betweenOf(headers), cachedBy(headers)]).toEqual([between, cached]);
});
