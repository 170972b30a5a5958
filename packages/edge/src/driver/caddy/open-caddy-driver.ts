import type { ServedCertificate } from "../../agent.ts";
import type { DoorOptions } from "../door/open-door.ts";
import { openDoor } from "../door/open-door.ts";
import type { Driver } from "../driver.ts";
import { GivenSerials } from "../given-serials.ts";
import { answerAsk, answerCertificate, answerHas } from "./answer-caddy.ts";
import { BundleCache } from "./bundle-cache.ts";

export interface CaddyOptions extends Pick<DoorOptions, "host" | "port" | "secret" | "log"> {
  /** What a name is served with; null: nothing. It may take its time, as long as a handshake may wait for it. */
  readonly certificateFor: (name: string) => Promise<ServedCertificate | null>;
  /** Whether Caddy may order a certificate for a name by itself; null: that cannot be told now. */
  readonly mayOrder: (name: string) => Promise<boolean | null>;
}

export interface CaddyDriver extends Driver, AsyncDisposable {
  readonly port: number;
}

/** Certificates kept in memory, about 1.5 kB each. */
const cacheSize = 10_000;

/**
 * Certificates for Caddy, which asks for one in each handshake (`get_certificate http`) and keeps none: what lies on
 * disk is served from the next handshake on. Open it before Caddy is started, and close it after.
 *
 * @throws {EdgeFault} `port-unusable`.
 */
export async function openCaddyDriver(options: CaddyOptions): Promise<CaddyDriver> {
  const { certificateFor, mayOrder } = options;
  const cache = new BundleCache(cacheSize);
  const door = await openDoor({
    ...options,
    what: "certificates for Caddy",
    answers: {
      "/cert": (query) => answerCertificate(query, certificateFor, cache),
      "/ask": (query) => answerAsk(query, mayOrder),
      "/has": (query) => answerHas(query, certificateFor),
    },
  });
  const given = new GivenSerials();
  return {
    port: door.port,
    load: (all, signal) => given.load(all, signal),
    put: async (delivery) => {
      given.put(delivery);
      return { kind: "done" };
    },
    remove: async (removal) => {
      given.remove(removal);
      return { kind: "done" };
    },
    list: async () => given.list(),
    health: async () => given.health(),
    [Symbol.asyncDispose]: () => door[Symbol.asyncDispose](),
  };
}
