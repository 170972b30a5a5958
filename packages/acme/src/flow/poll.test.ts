import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NOW } from "../../test/scripted-client.ts";
import { VirtualClock } from "../../test/virtual-clock.ts";
import type { Retrieved } from "../client/retrieved.ts";
import { AcmeError } from "../wire/acme-error.ts";
import { problemFromJson } from "../wire/problem.ts";
import { systemClock } from "./clock.ts";
import { poll, sharedDeadline } from "./poll.ts";

const URL = "https://ca.example.com/o/1";

/** What each look finds: a state, or a fault; the last one stays. `retryIn` is the CA's word, from the look on. */
type Look = { readonly state: string; readonly retryIn?: number } | AcmeError;

function setUp(...looks: readonly Look[]) {
  const clock = new VirtualClock(NOW);
  let at = 0;
  const read = async (): Promise<Retrieved<string>> => {
    const look = looks[Math.min(at, looks.length - 1)];
    at += 1;
    if (look === undefined || look instanceof Error) throw look;
    const { state, retryIn } = look;
    return { url: URL, resource: state, retryAt: retryIn === undefined ? null : clock.now() + retryIn };
  };
  return { clock, read, looks: () => at };
}

const isDone = (state: string): boolean => state === "done";

function refusal(status: number, members: object = {}): AcmeError {
  const problem = { ...problemFromJson({ status, ...members }, NOW), status };
  return new AcmeError("problem", `HTTP ${status}`, { problem });
}

describe("poll", () => {
  it("asks no more than it must", async () => {
    const { clock, read, looks } = setUp({ state: "done", retryIn: 5_000 });
    expect(await poll(read, isDone, { clock })).toMatchObject({ resource: "done", url: URL });
    expect(looks()).toBe(1);
    expect(clock.pauses).toEqual([]);
  });

  it("comes back when the CA says, between the least and the most pause", async () => {
    const waiting = [0, 500, 2_500, 30_000, 86_400_000, -10_000].map((retryIn) => ({ state: "…", retryIn }));
    const { clock, read } = setUp(...waiting, { state: "done" });
    await poll(read, isDone, { clock });
    expect(clock.pauses).toEqual([1_000, 1_000, 2_500, 30_000, 30_000, 1_000]);
  });

  it("comes back ever later while the CA says nothing", async () => {
    const { clock, read } = setUp(...Array.from({ length: 6 }, () => ({ state: "…" })), { state: "done" });
    await poll(read, isDone, { clock, leastPause: 100, mostPause: 400 });
    expect(clock.pauses).toEqual([100, 150, 225, 337.5, 400, 400]);
  });

  it("never pauses less than the least, even when the most is less", async () => {
    const { clock, read } = setUp({ state: "…" }, { state: "…" }, { state: "done" });
    await poll(read, isDone, { clock, leastPause: 500, mostPause: 100 });
    expect(clock.pauses).toEqual([500, 500]);
  });

  it("looks a last time at the deadline, and then gives up", async () => {
    const { clock, read, looks } = setUp({ state: "…", retryIn: 25_000 });
    const polled = poll(read, isDone, { clock, deadline: 60_000 });
    await expect(polled).rejects.toMatchObject({ code: "deadline", message: "not done within 60000 ms" });
    expect(clock.pauses).toEqual([25_000, 25_000, 10_000]);
    expect(looks()).toBe(4);
  });

  it("has ten minutes unless told otherwise", async () => {
    const { clock, read } = setUp({ state: "…" });
    await expect(poll(read, isDone, { clock })).rejects.toMatchObject({ code: "deadline" });
    expect(clock.now()).toBe(NOW + 600_000);
  });

  it.each([
    ["no answer", new AcmeError("transport", "cut")],
    ["an internal error", refusal(500)],
    ["a gateway that is away", refusal(504)],
    ["shedding", refusal(503, { type: "urn:ietf:params:acme:error:rateLimited" })],
    ["a rate limit", refusal(429)],
  ])("goes on after %s", async (_, fault) => {
    const { clock, read } = setUp(fault, { state: "done" });
    expect((await poll(read, isDone, { clock })).resource).toBe("done");
  });

  it("goes on at the time that the fault names", async () => {
    const { clock, read } = setUp(refusal(429, { detail: "Try again in 7s" }), { state: "done" });
    await poll(read, isDone, { clock });
    expect(clock.pauses).toEqual([7_000]);
  });

  it("tells of the fault it waited for in vain", async () => {
    const fault = new AcmeError("transport", "cut");
    const { clock, read } = setUp(fault);
    await expect(poll(read, isDone, { clock })).rejects.toMatchObject({ code: "deadline", cause: fault });
  });

  it.each([
    ["an order that is gone", refusal(404)],
    ["an answer that is none", new AcmeError("bad-response", "HTML")],
    [
      "a pause, which a person must end",
      refusal(429, {
        type: "urn:ietf:params:acme:error:rateLimited",
        detail: "please visit: https://ca.test/p",
      }),
    ],
    ["what is not the CA's", new RangeError("ours")],
  ])("ends at once with %s", async (_, fault) => {
    const { clock, read, looks } = setUp(fault as AcmeError);
    await expect(poll(read, isDone, { clock })).rejects.toBe(fault);
    expect(looks()).toBe(1);
  });

  it("ends with the caller's reason, asking nothing", async () => {
    const { clock, read, looks } = setUp({ state: "done" });
    const reason = new Error("draining");
    await expect(poll(read, isDone, { clock, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(looks()).toBe(0);
  });

  it("ends a pause of the system's clock with the caller's reason", async () => {
    const controller = new AbortController();
    const reason = new Error("draining");
    const { read } = setUp({ state: "…" });
    const polled = poll(
      (signal) => {
        setImmediate(() => controller.abort(reason));
        expect(signal).toBe(controller.signal);
        return read();
      },
      isDone,
      { clock: systemClock, signal: controller.signal, leastPause: 3_600_000 },
    );
    await expect(polled).rejects.toBe(reason);
  });

  it("is over by its deadline, whatever the CA says", async () => {
    const words = fc.array(fc.option(fc.integer({ min: -1e9, max: 1e12 }), { nil: undefined }), {
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(words, fc.integer({ min: 0, max: 1e7 }), async (retryIns, deadline) => {
        const looks = retryIns.map((retryIn) =>
          retryIn === undefined ? { state: "…" } : { state: "…", retryIn },
        );
        const { clock, read } = setUp(...looks);
        await expect(poll(read, isDone, { clock, deadline })).rejects.toMatchObject({ code: "deadline" });
        expect(clock.now()).toBe(NOW + deadline);
        expect(clock.pauses.slice(0, -1).every((pause) => pause >= 1_000 && pause <= 30_000)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe("sharedDeadline", () => {
  it("gives each poll what is left", () => {
    const clock = new VirtualClock(NOW);
    const left = sharedDeadline({ clock, deadline: 1_000, leastPause: 5 });
    expect(left()).toMatchObject({ deadline: 1_000, leastPause: 5 });
    clock.advance(400);
    expect(left().deadline).toBe(600);
    clock.advance(10_000);
    expect(left().deadline).toBe(0);
  });

  it("counts ten minutes by the system's clock when nothing is said", () => {
    expect(sharedDeadline({})().deadline).toBeLessThanOrEqual(600_000);
  });
});
