import { type DriverKind, httpsHere } from "../driver-kind.ts";
import { openNginxDriver } from "./nginx-driver.ts";

export const nginxKind: DriverKind = {
  usage: `Options for nginx, set up by certmill edge install nginx:
  --proxy-socket PATH    its door (default /run/certmill-nginx/admin.sock)
`,
  options: ["proxy-socket"],
  layout: null,
  // Half of what it was seen to take with two workers, parsing included: docs/edges/nginx.md.
  pace: 250,
  switchesWithin: 2_000,
  proveAt: httpsHere,
  plan(options) {
    const socket = options.one("proxy-socket") ?? "/run/certmill-nginx/admin.sock";
    return async () => openNginxDriver({ socket });
  },
};
