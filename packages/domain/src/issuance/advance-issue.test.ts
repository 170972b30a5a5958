/** Exactly what each step from the key on stores, and what faults do. The whole table is in test/issuance-table.ts. */
import { describe, expect, test } from "vitest";
import { at, done, ended, fresh, moved, start, step, terms, told, worn } from "../../test/issuance-steps.ts";
import { after, hours, type Instant, instant, minutes, seconds } from "../time/instant.ts";
import { advance } from "./advance.ts";
import type { IssuanceInput } from "./input.ts";
import type { LiveState } from "./state.ts";

const busy = (retryAt: Instant | null): IssuanceInput => ({
  kind: "fault",
  fault: { code: "ca-busy", detail: "busy", retryAt },
});

describe("ready", () => {
  test("once the key is stored, finalize is due at once; its duration includes the key's making", () => {
    expect(step({ kind: "ready", ...worn }, { kind: "keyed" }, at(30))).toEqual(
      moved({ kind: "finalizing", ...fresh(at(30)), since: start }),
    );
  });
});

describe("a key that the CA does not take", () => {
  const refused: IssuanceInput = {
    kind: "fault",
    fault: { code: "key-refused", detail: "public key is forbidden", retryAt: null },
  };
  const finalizing: LiveState = { kind: "finalizing", ...worn, reusedKey: "aa" };

  test("one that was used before is left for a new one, at once, for the same order", () => {
    expect(step({ kind: "ready", ...worn }, { kind: "keyed", reusedKey: "aa" }, at(30))?.state).toEqual({
      ...finalizing,
      ...fresh(at(30)),
      since: start,
    });
    expect(step(finalizing, refused, at(40))).toEqual({
      state: { kind: "ready", ...fresh(at(40)), since: start, refusedKey: "aa" },
      done: [],
      publish: [],
      fault: { code: "key-refused", detail: "public key is forbidden", retryAt: null },
    });
    const ready: LiveState = { kind: "ready", ...worn, refusedKey: "aa" };
    expect(step(ready, { kind: "keyed" }, at(50))?.state).toEqual({
      kind: "finalizing",
      ...fresh(at(50)),
      since: start,
      refusedKey: "aa",
    });
  });

  test("it is compromised once the CA takes the new one, and no sooner", () => {
    const again: LiveState = { kind: "finalizing", ...worn, refusedKey: "aa" };
    const of = (status: "valid" | "processing" | "invalid" | "ready") =>
      step(again, told({ status, certificateUrl: "/certificate/1" }), at(60));
    expect(of("valid")).toMatchObject({ state: { kind: "downloading" }, refusedKey: "aa" });
    expect(of("processing")).toMatchObject({ state: { kind: "processing" }, refusedKey: "aa" });
    expect(of("invalid")).not.toHaveProperty("refusedKey");
    expect(of("ready")).toMatchObject({ state: { kind: "finalizing", refusedKey: "aa" } });
    expect(of("ready")).not.toHaveProperty("refusedKey");
  });

  test("a new one that the CA does not take either ends the issuance, and blames no key", () => {
    const states: readonly LiveState[] = [
      { kind: "finalizing", ...worn },
      { kind: "finalizing", ...worn, refusedKey: "aa" },
    ];
    for (const state of states) {
      const decision = step(state, refused, at(60));
      expect(decision).toMatchObject({ state: { kind: "abandoned", cause: "key-refused" } });
      expect(decision).not.toHaveProperty("refusedKey");
    }
  });
});

describe("finalizing and processing", () => {
  const finalizing: LiveState = { kind: "finalizing", ...worn };
  const processing: LiveState = { kind: "processing", ...worn, polls: 2 };
  const both = [finalizing, processing];

  test.each(both)("$kind: a valid order's certificate is due at once", (state) => {
    expect(step(state, told({ status: "valid", certificateUrl: "/certificate/1" }), at(900))).toEqual(
      moved(
        { kind: "downloading", ...fresh(at(900)), certificateUrl: "/certificate/1" },
        done("finalized", 900),
      ),
    );
  });

  test.each(both)("$kind: a valid order without a certificate's URL is a fault to wait out", (state) => {
    expect(step(state, told({ status: "valid" }), at(900))).toEqual({
      state: { ...state, faults: 4, wakeAt: at(900 + 8_000) },
      done: [],
      publish: [],
      fault: { code: "ca-error", detail: "The order is valid but names no certificate.", retryAt: null },
    });
  });

  test("the polls begin anew with processing, and are counted from then on", () => {
    const told3s = told({ status: "processing" }, at(3_900));
    const next = { ...fresh(at(900)), since: start, kind: "processing" } as const;
    expect(step(finalizing, told({ status: "processing" }), at(900))).toEqual(
      moved({ ...next, polls: 0, wakeAt: at(1_200) }),
    );
    expect(step(processing, told({ status: "processing" }), at(900))).toEqual(
      moved({ ...next, polls: 3, wakeAt: at(2_900) }),
    );
    expect(step(processing, told3s, at(900))).toEqual(moved({ ...next, polls: 3, wakeAt: at(3_900) }));
  });

  test.each(both)("$kind: the CA has a day to issue, to the millisecond", (state) => {
    const deadline = after(start, hours(24));
    expect(step(state, told({ status: "processing" }), instant(deadline - 1))?.state.kind).toBe("processing");
    expect(step(state, told({ status: "processing" }), deadline)).toEqual(
      ended("ca-slow", "The order is still processing.", deadline),
    );
  });

  test.each(both)(
    "$kind: an order that is not final is finalized again after a pause, as a fault",
    (state) => {
      expect(step(state, told({ status: "ready" }), at(900))).toEqual({
        state: { kind: "finalizing", ...worn, faults: 4, wakeAt: at(900 + 8_000) },
        done: [],
        publish: [],
        fault: { code: "order-not-ready", detail: "The order is ready after finalize.", retryAt: null },
      });
    },
  );

  test.each(both)("$kind: an invalid order is looked into at once", (state) => {
    expect(step(state, told({ status: "invalid", problem: "no" }), at(900))).toEqual(
      moved({ kind: "diagnosing", ...fresh(at(900)), since: start, problem: "no" }),
    );
  });
});

describe("downloading", () => {
  const downloading: LiveState = { kind: "downloading", ...worn, certificateUrl: "/certificate/1" };
  const read = (names: readonly string[], matchesKey: boolean) =>
    step(downloading, { kind: "certificate", certificate: { names, matchesKey } }, at(40));

  test("a certificate for our key and names ends the issuance", () => {
    expect(read(["www.example.com", "example.com"], true)).toEqual(
      moved({ kind: "issued" }, done("certificate.stored", 40)),
    );
  });

  test("one for another key or other names is not used", () => {
    expect(read(terms.names, false)).toEqual(
      ended("certificate-unusable", "The certificate is for another key.", at(40)),
    );
    expect(read(["example.com", "example.net"], true)).toEqual(
      ended("names-differ", "The certificate is for example.com, example.net.", at(40)),
    );
  });
});

describe("faults", () => {
  const state: LiveState = { kind: "downloading", ...worn, certificateUrl: "/certificate/1" };

  test("one that a pause cures keeps everything but the next try and the count", () => {
    expect(step(state, busy(null), at(40))).toEqual({
      state: { ...state, faults: 4, wakeAt: at(40 + 8_000) },
      done: [],
      publish: [],
      fault: { code: "ca-busy", detail: "busy", retryAt: null },
    });
  });

  test("the CA may ask for a longer pause", () => {
    expect(step(state, busy(at(60_000)), at(40))?.state).toEqual({ ...state, faults: 4, wakeAt: at(60_000) });
  });

  test("the fifteenth in a row is endured, the sixteenth ends the issuance", () => {
    expect(step({ ...state, faults: 14 }, busy(null), at(40))?.state).toMatchObject({ faults: 15 });
    expect(step({ ...state, faults: 15 }, busy(null), at(40))).toEqual(ended("ca-busy", "busy", at(40)));
  });

  test("how often the lineage has failed before sets how soon it tries again", () => {
    const gone: IssuanceInput = {
      kind: "fault",
      fault: { code: "order-gone", detail: "404", retryAt: null },
    };
    expect(advance(state, gone, { ...terms, failuresBefore: 2 }, start)?.state).toMatchObject({
      retryAt: after(start, minutes(16)),
    });
    expect(step(state, gone, start)?.state).toMatchObject({ retryAt: after(start, seconds(60)) });
  });
});
