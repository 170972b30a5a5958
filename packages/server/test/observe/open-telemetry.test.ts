/** The port to traces by itself: what it decides, what it sends at the end, and what a broken collector does to it. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { instant, milliseconds } from "@certmill/domain";
import { expect, test } from "vitest";
import { OpenTelemetry } from "../../src/observe/tracing/open-telemetry.ts";
import { startOtlpReceiver } from "./otlp-receiver.ts";

const now = instant(Date.UTC(2026, 10, 27, 12));
const hour = milliseconds(3_600_000);
const seen = { onSpans: () => {}, onTrouble: () => {}, onRecovery: () => {} };

const traceTo = (url: string, sampler = { followsCaller: true, ratio: 1 }): OpenTelemetry =>
  new OpenTelemetry(
    { url, sampler, batching: { most: 100, together: 100, every: hour, timeout: hour } },
    { version: "1", roles: "worker", now: () => now },
    seen,
  );

const callerOf = (flags: string): string => `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-${flags}`;

test.each([
  [{ followsCaller: true, ratio: 0 }, null, false],
  [{ followsCaller: true, ratio: 0 }, callerOf("01"), true],
  [{ followsCaller: true, ratio: 1 }, null, true],
  [{ followsCaller: true, ratio: 1 }, callerOf("00"), false],
  [{ followsCaller: false, ratio: 1 }, callerOf("00"), true],
  [{ followsCaller: false, ratio: 0 }, callerOf("01"), false],
  // What was stored by whomever is no traceparent.
  [{ followsCaller: true, ratio: 1 }, "nonsense", true],
] as const)("with %j and the caller %s it is sampled: %s", (sampler, caller, isSampled) => {
  const begun = traceTo("http://127.0.0.1:1", sampler).beginTrace(caller);
  expect(begun).toEqual(isSampled ? expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/) : null);
  expect(begun ?? "").not.toContain("0af7651916cd43dd8448eb211c80319c");
});

test.each([undefined, "", "nonsense", ["a", "b"], 7])("a header %j is none", (header) => {
  expect(traceTo("http://127.0.0.1:1").askedTrace(header)).toBeNull();
});

test("what waits is sent at the end; a step that breaks says by which code, and not with which words", async () => {
  await using receiver = await startOtlpReceiver();
  const tracing = traceTo(`${receiver.url}/v1/traces`);
  const trace = tracing.beginTrace(null);
  const end = { fault: null, attributes: {} };
  const broken = tracing.claimed(trace, () =>
    tracing.within(
      { name: "step", attributes: {} },
      () => Promise.reject(Object.assign(new Error("the secret"), { code: "ECONNRESET" })),
      () => end,
    ),
  );
  await expect(broken).rejects.toThrow("the secret");
  // Nothing is traced around it.
  expect(
    await tracing.within(
      { name: "other", attributes: {} },
      () => Promise.resolve(7),
      () => end,
    ),
  ).toBe(7);
  expect(await tracing.claimed(null, () => Promise.resolve(8))).toBe(8);
  expect(receiver.spans).toEqual([]);
  await tracing.stop();
  expect(receiver.faults).toEqual([]);
  expect(receiver.spans).toMatchObject([
    { name: "step", status: { code: "error", message: "ECONNRESET" }, startedAt: now, endedAt: now },
  ]);
  expect(trace).toContain(`${receiver.spans[0]?.traceId}-${receiver.spans[0]?.parentId}`);
  expect(JSON.stringify(receiver.spans)).not.toContain("the secret");
});

test("a collector that never answers is not waited for at the end", async () => {
  const silent = createServer(() => {});
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const tracing = traceTo(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/v1/traces`);
  await tracing.claimed(tracing.beginTrace(null), () =>
    tracing.within(
      { name: "step", attributes: {} },
      () => Promise.resolve(),
      () => ({ fault: null, attributes: {} }),
    ),
  );
  const connected = once(silent, "connection");
  const stopped = tracing.stop();
  const [socket] = await connected;
  await stopped;
  socket.destroy();
  silent.close();
});
