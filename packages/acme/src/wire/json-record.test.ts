import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonRecord } from "./json-record.ts";

const record = (value: unknown) => new JsonRecord(value, "order");

describe("JsonRecord", () => {
  it.each([
    ["", "order: not JSON"],
    ["<html>", "order: not JSON"],
    ["null", "order: not a JSON object"],
    ["[]", "order: not a JSON object"],
    ["1", "order: not a JSON object"],
  ])("refuses %j", (text, message) => {
    expect(() => JsonRecord.parse(text, "order")).toThrow(
      expect.objectContaining({ code: "bad-response", message }),
    );
  });

  it.each([
    ["string", 'order: "a" is missing', {}],
    ["string", 'order: "a" is not a string', { a: 1 }],
    ["stringOrNull", 'order: "a" is not a string', { a: {} }],
    ["booleanOrNull", 'order: "a" is not a boolean', { a: "true" }],
    ["url", 'order: "a" is missing', { a: null }],
    ["url", 'order: "a" is not an absolute https URL', { a: "/order/1" }],
    ["urlOrNull", 'order: "a" is not an absolute https URL', { a: "http://ca.example.com/" }],
    ["urls", 'order: "a" holds no absolute https URL', { a: ["x"] }],
    ["urls", 'order: "a" is not a list', { a: "https://ca.example.com/" }],
    ["strings", 'order: "a" holds something that is not a string', { a: ["x", 1] }],
    ["records", "order.a[1]: not a JSON object", { a: [{}, 1] }],
    ["record", 'order: "a" is missing', {}],
    ["recordOrNull", "order.a: not a JSON object", { a: [] }],
  ] as const)("%s says %s", (method, message, value) => {
    expect(() => record(value)[method]("a")).toThrow(
      expect.objectContaining({ code: "bad-response", message }),
    );
  });

  it("names the words it would have taken", () => {
    expect(record({ status: "ready" }).word("status", ["pending", "ready"])).toBe("ready");
    expect(() => record({ status: "new" }).word("status", ["pending", "ready"])).toThrow(
      'order: "status" is "new", not one of pending, ready',
    );
  });

  it("takes null for absent", () => {
    const empty = record({ a: null });
    expect(empty.stringOrNull("a")).toBeNull();
    expect(empty.booleanOrNull("a")).toBeNull();
    expect(empty.urlOrNull("a")).toBeNull();
    expect(empty.recordOrNull("a")).toBeNull();
    expect(empty.valueOrNull("a")).toBeNull();
    expect(empty.strings("a")).toEqual([]);
    expect(empty.records("a")).toEqual([]);
  });

  it.each([
    ["2027-01-01T00:00:00Z", Date.UTC(2027, 0, 1)],
    ["2027-01-01T02:00:00.123456789+02:00", Date.UTC(2027, 0, 1, 0, 0, 0, 123)],
    ["2027-01-01", null],
    ["1 January 2027", null],
    ["0001-01-01T00:00:00Z", Date.parse("0001-01-01T00:00:00Z")],
    ["0000-12-31T23:59:59Z", null],
    ["0001-01-01T00:00:00+00:01", null],
    ["9999-12-31T23:59:59Z", Date.UTC(9999, 11, 31, 23, 59, 59)],
    ["9999-12-31T23:59:59-00:01", null],
    [1_798_761_600, null],
    [undefined, null],
  ])("reads the instant %j as %j", (value, expected) => {
    expect(record({ a: value }).instantOrNull("a")).toBe(expected);
  });

  it("reads or refuses any member, by every method", () => {
    const methods = [
      "string",
      "stringOrNull",
      "booleanOrNull",
      "url",
      "urls",
      "strings",
      "records",
      "record",
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...methods), fc.jsonValue(), (method, value) => {
        try {
          record({ a: value })[method]("a");
        } catch (error) {
          expect(error).toMatchObject({ name: "AcmeError", code: "bad-response" });
        }
      }),
    );
  });
});

describe("what is read with care", () => {
  it("an instant is text that begins with its date", () => {
    const instant = (value: unknown) => new JsonRecord({ at: value }, "order").instantOrNull("at");
    expect(instant("2026-11-22T12:00:00Z")).toBe(Date.UTC(2026, 10, 22, 12));
    for (const value of [["2026-11-22T12:00:00Z"], " 2026-11-22T12:00:00Z", "Sun 2026-11-22T12:00:00Z", 2026])
      expect(instant(value)).toBeNull();
  });

  it("only texts are members of a list of texts by name", () => {
    const record = new JsonRecord({ classic: "90 days", odd: 7, none: null }, "profiles");
    expect(record.stringMembers()).toEqual({ classic: "90 days" });
  });

  it("a fault quotes no more than 40 characters, and keeps its cause", () => {
    const record = new JsonRecord({ status: "x".repeat(1_000) }, "order");
    expect(() => record.word("status", ["valid"])).toThrow(`is "${"x".repeat(40)}", not one of valid`);
    const parse = () => JsonRecord.parse("{", "order");
    expect(parse).toThrow(expect.objectContaining({ cause: expect.any(SyntaxError) }));
  });
});
