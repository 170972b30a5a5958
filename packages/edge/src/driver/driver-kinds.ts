import { caddyKind } from "./caddy/caddy-kind.ts";
import type { DriverKind } from "./driver-kind.ts";
import { nginxKind } from "./nginx/nginx-kind.ts";

export const driverKinds: ReadonlyMap<string, DriverKind> = new Map([
  ["nginx", nginxKind],
  ["caddy", caddyKind],
]);
