/** A sim CA that is to do on demand what real CAs were seen to do, with a client of it. */
import {
  AcmeClient,
  certificateRequest,
  generateAccountKey,
  generateCertificateKey,
  type ObservedRequest,
  orderCertificate,
  undiciTransport,
} from "@certmill/acme";
import { instant } from "@certmill/domain";
import { type SimCaOptions, startSimCa } from "@certmill/sim";
import { VirtualClock } from "../../packages/acme/test/virtual-clock.ts";

/** Milliseconds since 1970: when its clock begins. */
export const NOW = Date.UTC(2026, 10, 22, 12);
export const names = ["quirk.example.com"];
export const identifiers = [{ type: "dns", value: "quirk.example.com" }] as const;
const publish = { "http-01": () => {} };

interface Means {
  /** Of the transport, in milliseconds. */
  readonly timeout?: number;
  readonly maxResponseBytes?: number;
}

/** A CA that believes every challenge, a clock that both sides go by, and a client with an account. */
export async function quirkyCa(options: SimCaOptions = {}, means: Means = {}) {
  const clock = new VirtualClock(NOW);
  const ca = await startSimCa({
    alwaysValid: true,
    now: () => instant(clock.now()),
    retryAfter: { form: "none" },
    ...options,
  });
  const transport = undiciTransport(means);
  const observed: ObservedRequest[] = [];
  const key = generateAccountKey();
  const stranger = new AcmeClient({
    directoryUrl: ca.directoryUrl,
    transport,
    key,
    now: () => clock.now(),
    onRequest: (request) => observed.push(request),
  });
  await stranger.newAccount({ termsOfServiceAgreed: true });
  const client = stranger;
  return {
    ca,
    clock,
    key,
    client,
    observed,
    polling: { clock },
    newOrder: () => client.newOrder({ identifiers }),
    obtain: () => orderCertificate(client, { names, publish, polling: { clock } }),
    csr: async () => certificateRequest({ names, key: await generateCertificateKey("P-256") }),
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await ca[Symbol.asyncDispose]();
    },
  };
}
