import { caddyKind } from "./caddy/caddy-kind.ts";
import type { DriverKind } from "./driver-kind.ts";
import { envoyKind } from "./envoy/envoy-kind.ts";
import { haproxyKind } from "./haproxy/haproxy-kind.ts";
import { kubernetesKind } from "./kubernetes/kubernetes-kind.ts";
import { nginxKind } from "./nginx/nginx-kind.ts";
import { traefikKind } from "./traefik/traefik-kind.ts";
import { vaultKind } from "./vault/vault-kind.ts";

export const driverKinds: ReadonlyMap<string, DriverKind> = new Map([
  ["nginx", nginxKind],
  ["haproxy", haproxyKind],
  ["caddy", caddyKind],
  ["traefik", traefikKind],
  ["envoy", envoyKind],
  ["kubernetes", kubernetesKind],
  ["vault", vaultKind],
]);
