import { resolve } from "node:path";
import { EdgeFault } from "../../edge-fault.ts";
import { type DriverKind, httpsHere } from "../driver-kind.ts";

export const haproxyKind: DriverKind = {
  usage: `Options for haproxy, set up by certmill edge install haproxy:
  --proxy-socket PATH    its stats socket, of level admin
                         (default /run/haproxy/admin.sock)
  --proxy-buffer BYTES   its tune.bufsize (default 16384)
  --proxy-issuers DIR    its issuers-chain-path: certificates are given without
                         the issuers that it has found there (default: with)
`,
  options: ["proxy-socket", "proxy-buffer", "proxy-issuers"],
  layout: "combined",
  pairs: "both",
  // 142 a second cost plain traffic four tenths of two cores: docs/benchmarks.md.
  pace: 100,
  switchesWithin: 2_000,
  proveAt: httpsHere,
  plan(options) {
    const socket = options.one("proxy-socket") ?? "/run/haproxy/admin.sock";
    const bufferSize = bytes(options.one("proxy-buffer") ?? "16384");
    const issuers = options.one("proxy-issuers");
    return async ({ directory, log }) => {
      const { openHaproxyDriver } = await import("./open-haproxy-driver.ts");
      return openHaproxyDriver({
        socket,
        directory: resolve(directory),
        bufferSize,
        ...(issuers === null ? {} : { issuers: { directory: resolve(issuers), log } }),
      });
    };
  },
};

function bytes(text: string): number {
  if (/^[1-9]\d{3,6}$/.test(text)) return Number(text);
  throw new EdgeFault(
    "usage",
    `--proxy-buffer must be HAProxy's tune.bufsize in bytes, such as 16384, not ${JSON.stringify(text)}. See certmill edge run --help.`,
  );
}
