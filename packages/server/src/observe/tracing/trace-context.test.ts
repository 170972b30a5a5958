import fc from "fast-check";
import { expect, it } from "vitest";
import { formatTraceparent, parseTraceparent, traceField } from "./trace-context.ts";

const hex = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .filter((all) => all.some((byte) => byte !== 0))
    .map((all) => Buffer.from(all).toString("hex"));

it("reads what it writes", () => {
  fc.assert(
    fc.property(hex(16), hex(8), fc.boolean(), (traceId, spanId, isSampled) => {
      const context = { traceId, spanId, isSampled };
      expect(parseTraceparent(formatTraceparent(context))).toEqual(context);
    }),
  );
});

const trace = "0af7651916cd43dd8448eb211c80319c";
const span = "b7ad6b7169203331";

it.each([
  ["other flags beside", `00-${trace}-${span}-ff`, true],
  ["the flag not set", `00-${trace}-${span}-02`, false],
  ["a later version, with more", `01-${trace}-${span}-01-what-the-future-brings`, true],
])("takes a header with %s", (_, header, isSampled) => {
  expect(parseTraceparent(header)).toEqual({ traceId: trace, spanId: span, isSampled });
});

it.each([
  ["nothing", ""],
  ["a version that is none", `ff-${trace}-${span}-01`],
  ["a trace id of zeros", `00-${"0".repeat(32)}-${span}-01`],
  ["a span id of zeros", `00-${trace}-${"0".repeat(16)}-01`],
  ["capitals", `00-${trace.toUpperCase()}-${span}-01`],
  ["more than version 00 has", `00-${trace}-${span}-01-more`],
  ["less", `00-${trace}-${span}`],
  ["two of them", `00-${trace}-${span}-01, 00-${trace}-${span}-01`],
  ["a line more", `00-${trace}-${span}-01\n`],
])("takes no header with %s", (_, header) => {
  expect(parseTraceparent(header)).toBeNull();
});

it("is a field of log lines where there is one", () => {
  expect(traceField(`00-${trace}-${span}-01`)).toEqual({ trace_id: trace });
  expect(traceField(null)).toEqual({});
});
