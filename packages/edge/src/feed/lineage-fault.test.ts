import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { lineageFault } from "./lineage-fault.ts";

const good = {
  lineageId: "1",
  certificateId: "17",
  names: ["a.example.com", "*.b.example.com"],
  serial: "04ab",
};

test("what a server says", () => {
  expect(lineageFault(good)).toBeNull();
  expect(
    lineageFault({ ...good, certificateId: null, names: ["xn--bcher-kva.example", "2001:db8::1"] }),
  ).toBeNull();
});

test.each([
  ["a path for a name", { names: ["../../etc/nginx"] }],
  ["a hidden name", { names: [".state"] }],
  ["dots in a name", { names: ["a..example.com"] }],
  ["an empty name", { names: [""] }],
  ["no names", { names: [] }],
  ["a zero byte", { names: ["a\0.example.com"] }],
  ["a star within", { names: ["a.*.example.com"] }],
  ["a path for a lineage", { lineageId: ".." }],
  ["a path for a certificate", { certificateId: "1/../../2" }],
  ["an empty id", { lineageId: "" }],
  ["a path for a serial", { serial: "../1" }],
])("%s is refused", (_, part) => {
  expect(lineageFault({ ...good, ...part })).not.toBeNull();
});

test("whatever is let through stays a direct, visible child of the directory", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom(".", "/", "*", "a", "-", "_", "\\", "\0") }),
  );
  fc.assert(
    fc.property(text, text, text, (lineageId, certificateId, name) => {
      if (lineageFault({ lineageId, certificateId, names: [name] }) !== null) return;
      for (const part of [lineageId, certificateId, name.replace(/^\*\./, "_wildcard.")]) {
        expect(join("/d", part)).toBe(`/d/${part}`);
        expect(part).toMatch(/^[^./]/);
      }
    }),
  );
});
