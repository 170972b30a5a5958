import type { Delivery } from "../../packages/edge/src/driver/driver.ts";
import { openNginxDriver } from "../../packages/edge/src/driver/nginx/nginx-driver.ts";
import { SocketCaller } from "../../packages/edge/src/driver/nginx/socket-call.ts";
import { QuickCa, type QuickCertificate } from "../../tools/peers/quick-ca.ts";

/** With them a leaf is 1,040 bytes long, as Let's Encrypt's are with two SCTs. */
const filling = Array.from(
  { length: 5 },
  (_, i) => `${"filling-".repeat(7)}${i}.${"x".repeat(12)}.example.com`,
);

export const ca = new QuickCa(filling);

export const deliveryOf = (lineageId: string, certificate: QuickCertificate): Delivery => ({
  lineageId,
  names: certificate.names,
  twinOf: null,
  ref: { certificateId: lineageId, serial: certificate.serial, notAfter: certificate.notAfter },
  pair: { chainPem: certificate.chainPem, keyPem: certificate.keyPem },
});

export interface Filled {
  /** Name and serial, in the order in which they were put. */
  readonly served: readonly (readonly [name: string, serial: string])[];
  readonly seconds: number;
}

/** Loads certificates of one name each by the agent's driver. @throws Error when any is refused. */
export async function fillNginx(socket: string, count: number): Promise<Filled> {
  const served: [string, string][] = [];
  const driver = openNginxDriver({ socket });
  async function* all(): AsyncGenerator<Delivery> {
    for (let index = 0; index < count; index += 1) {
      const certificate = ca.issue(`shop-${index}.example.com`);
      served.push([`shop-${index}.example.com`, certificate.serial]);
      yield deliveryOf(String(1_000_000 + index), certificate);
    }
  }
  const startedAt = performance.now();
  const outcome = await driver.load(all(), deadline());
  if (outcome.kind !== "done") throw new Error(`nginx was not filled: ${outcome.reason}`);
  return { served, seconds: (performance.now() - startedAt) / 1_000 };
}

/** What of the shared memory is used, in MB (10^6 bytes): nginx gives it out in pages of 4 kB. */
export async function usedMb(socket: string): Promise<number> {
  const answer = await new SocketCaller(socket, 1).call({ method: "GET", path: "/v1/health" }, deadline());
  if (answer.kind === "away") throw new Error(answer.reason);
  const health = JSON.parse(answer.body) as { readonly capacity_bytes: number; readonly free_bytes: number };
  return (health.capacity_bytes - health.free_bytes) / 1e6;
}

/** It is a guard against a hang: 100,000 certificates take four minutes where nothing else runs. */
const deadline = (): AbortSignal => AbortSignal.timeout(3_600_000);
