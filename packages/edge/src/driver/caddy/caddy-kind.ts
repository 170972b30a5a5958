import { readListenAddress } from "../door/listen-address.ts";
import { readSecret } from "../door/read-secret.ts";
import { type DriverKind, httpsHere } from "../driver-kind.ts";

export const caddyKind: DriverKind = {
  usage: `Options for caddy, which asks the agent in each handshake:
  --proxy-listen ADDRESS where it asks (default 127.0.0.1:8403)
  --proxy-secret-file FILE
                         the first part of the path it asks for
`,
  options: ["proxy-listen", "proxy-secret-file"],
  layout: null,
  pairs: "both",
  // It is only told what lies on disk already.
  pace: 5_000,
  switchesWithin: 2_000,
  proveAt: httpsHere,
  plan(options) {
    const address = readListenAddress("proxy-listen", options.one("proxy-listen") ?? "127.0.0.1:8403");
    const secretFile = options.one("proxy-secret-file");
    return async ({ certificateFor, mayOrder, log }) => {
      const { openCaddyDriver } = await import("./open-caddy-driver.ts");
      const secret = secretFile === null ? null : await readSecret(secretFile);
      return await openCaddyDriver({ ...address, secret, certificateFor, mayOrder, log });
    };
  },
};
