import { isAbsolute } from "node:path";
import { EdgeFault } from "../../edge-fault.ts";
import { readListenAddress } from "../door/listen-address.ts";
import { type DriverKind, httpsHere } from "../driver-kind.ts";
import type { SecretPlace } from "./listen-for-grpc.ts";

export const envoyKind: DriverKind = {
  usage: `Options for envoy, which asks the agent by secret discovery (SDS):
  --proxy-listen ADDRESS where it asks: unix:PATH or HOST:PORT
                         (default unix:/run/certmill/envoy.sock)
`,
  options: ["proxy-listen"],
  layout: null,
  pairs: "both",
  // Each is answered by Envoy before it counts.
  pace: 200,
  switchesWithin: 2_000,
  proveAt: httpsHere,
  plan(options) {
    const listen = placeOf(options.one("proxy-listen") ?? "unix:/run/certmill/envoy.sock");
    return async ({ certificateFor, log }) => {
      const { openEnvoyDriver } = await import("./open-envoy-driver.ts");
      return await openEnvoyDriver({ listen, certificateFor, log });
    };
  },
};

function placeOf(text: string): SecretPlace {
  if (!text.startsWith("unix:")) return { kind: "port", ...readListenAddress("proxy-listen", text) };
  const path = text.slice("unix:".length);
  if (isAbsolute(path)) return { kind: "socket", path };
  throw new EdgeFault(
    "usage",
    `--proxy-listen must have an absolute path behind unix:, not ${JSON.stringify(path)}.`,
  );
}
