import { type DriverKind, httpsHere } from "../driver-kind.ts";
import { answerDemands } from "./answer-demands.ts";
import { readLoopback } from "./asked-place.ts";
import { openNginxDriver } from "./nginx-driver.ts";

export const nginxKind: DriverKind = {
  usage: `Options for nginx, set up by certmill edge install nginx:
  --proxy-socket PATH    its door (default /run/certmill-nginx/admin.sock)
  --proxy-listen ADDRESS where it asks for names that it does not have, set up
                         by --ask (default: nowhere)
`,
  options: ["proxy-socket", "proxy-listen"],
  layout: null,
  // Half of what it was seen to take with two workers, parsing included: docs/edges/nginx.md.
  pace: 250,
  switchesWithin: 2_000,
  proveAt: httpsHere,
  plan(options) {
    const socket = options.one("proxy-socket") ?? "/run/certmill-nginx/admin.sock";
    const listen = options.one("proxy-listen");
    const place = listen === null ? null : readLoopback("proxy-listen", listen);
    return async (parts) => {
      const driver = openNginxDriver({ socket });
      if (place === null) return driver;
      const door = await answerDemands(place, parts, parts.log);
      return { ...driver, [Symbol.asyncDispose]: () => door[Symbol.asyncDispose]() };
    };
  },
};
