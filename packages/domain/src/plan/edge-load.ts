/**
 * What the certificates are for each machine that serves all of them. Measured on Debian 12, one core of a 2.8 GHz Xeon,
 * OpenSSL 3.0, with 10,000 to 100,000 P-256 certificates that have a key and an intermediate each: HAProxy 2.6 28 kB and
 * 1.9 ms to load, 2.7 ms to add one without a reload; nginx 1.22 45 kB and 1.5 ms as static server blocks, 13 kB per
 * worker for each parsed one and 4 kB of shared memory with Lua; Certmill's own TLS edge on Node 24 44 kB and 0.6 ms. An
 * RSA key makes no difference to what is parsed (Node 24, 5,000 contexts of a leaf: 31 kB, with P-256 33 kB), but the files of an
 * RSA-2048 certificate are 2 kB larger, and a handshake takes twice the CPU. So it does where certificates are kept as they
 * are: in the shared memory of nginx in push mode a P-256 certificate takes 2.4 kB, as its issuer is there once, and an
 * RSA-2048 one 4.5 kB (Debian 12, nginx 1.22, `npm run bench -- edge-nginx`; docs/edges/nginx.md).
 */
import type { EnrolmentPlan } from "./enrolment-plan.ts";
import { isPair, type PlannedKeys } from "./plan-request.ts";

export interface EdgeLoad {
  /** Both of a pair, as a proxy has them that serves both. */
  readonly certificates: number;
  readonly proxies: readonly ProxyLoad[];
  /** By what keys there may be; of pairs, what the two take together. */
  readonly keyTypes: readonly KeyTypeLoad[];
  /** Certificates that come to an edge in a day while the list is enrolled: on average, and on the busiest day. */
  readonly installsPerDay: { readonly average: number; readonly most: number };
}

export interface ProxyLoad {
  readonly proxy: string;
  readonly memoryMb: number;
  /** To load all of them at a start or a full reload, on one core. */
  readonly loadSeconds: number;
}

export interface KeyTypeLoad {
  readonly keyType: PlannedKeys;
  /** In nginx's shared memory, where the agent puts them there, once for all workers. */
  readonly sharedMemoryMb: number;
  /** PEM of key and chain on disk. */
  readonly diskMb: number;
  /** Full handshakes a second on one core (nginx; tickets save most of them). */
  readonly handshakesPerSecond: number;
}

const proxies = [
  { proxy: "HAProxy", memoryKb: 28, loadMs: 1.9 },
  { proxy: "nginx, a server block each", memoryKb: 45, loadMs: 1.5 },
  { proxy: "nginx with Lua, all parsed, one worker", memoryKb: 17, loadMs: 1.9 },
  { proxy: "certmill edge run", memoryKb: 44, loadMs: 0.6 },
] as const;

const singleKeys = [
  { keyType: "p256", sharedKb: 2.4, diskKb: 2.1, handshakesPerSecond: 1_400 },
  { keyType: "rsa2048", sharedKb: 4.5, diskKb: 4.1, handshakesPerSecond: 960 },
] as const;

/** A certificate of one: the mean of both; who verifies both has a handshake with the P-256 key. */
const pairs = [{ keyType: "p256+rsa2048", sharedKb: 3.45, diskKb: 3.1, handshakesPerSecond: 1_400 }] as const;

export function edgeLoad({ certificates, byDay, days }: EnrolmentPlan, keys: PlannedKeys): EdgeLoad {
  const average = Math.round(certificates / Math.max(1, days));
  return {
    certificates,
    proxies: proxies.map(({ proxy, memoryKb, loadMs }) => ({
      proxy,
      memoryMb: Math.round((certificates * memoryKb) / 1_000),
      loadSeconds: Math.round((certificates * loadMs) / 1_000),
    })),
    keyTypes: (isPair(keys) ? pairs : singleKeys).map(
      ({ keyType, sharedKb, diskKb, handshakesPerSecond }) => ({
        keyType,
        sharedMemoryMb: Math.round((certificates * sharedKb) / 1_000),
        diskMb: Math.round((certificates * diskKb) / 1_000),
        handshakesPerSecond,
      }),
    ),
    installsPerDay: { average, most: Math.max(average, ...byDay.map((each) => each.certificates)) },
  };
}
