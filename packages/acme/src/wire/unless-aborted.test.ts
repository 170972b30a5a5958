import { getEventListeners } from "node:events";
import { expect, it, vi } from "vitest";
import { unlessAborted } from "./unless-aborted.ts";

it("hands on what comes, and leaves no listener behind", async () => {
  const { signal } = new AbortController();
  const onAbort = vi.fn();
  expect(await unlessAborted(Promise.resolve(7), signal, onAbort)).toBe(7);
  const fault = new Error("no");
  await expect(unlessAborted(Promise.reject(fault), signal, onAbort)).rejects.toBe(fault);
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
  expect(onAbort).not.toHaveBeenCalled();
});

it("ends the wait with the signal's reason, once", async () => {
  const controller = new AbortController();
  const onAbort = vi.fn();
  const waited = unlessAborted(Promise.withResolvers<never>().promise, controller.signal, onAbort);
  const reason = new Error("enough");
  controller.abort(reason);
  await expect(waited).rejects.toBe(reason);
  expect(onAbort).toHaveBeenCalledTimes(1);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
});

it("waits for nothing when the signal is over already", async () => {
  const reason = new Error("enough");
  const never = Promise.withResolvers<never>().promise;
  await expect(unlessAborted(never, AbortSignal.abort(reason))).rejects.toBe(reason);
});
