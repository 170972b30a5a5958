import { caddyKind } from "./caddy/caddy-kind.ts";
import type { DriverKind } from "./driver-kind.ts";
import { haproxyKind } from "./haproxy/haproxy-kind.ts";
import { nginxKind } from "./nginx/nginx-kind.ts";

export const driverKinds: ReadonlyMap<string, DriverKind> = new Map([
  ["haproxy", haproxyKind],
  ["nginx", nginxKind],
  ["caddy", caddyKind],
]);
