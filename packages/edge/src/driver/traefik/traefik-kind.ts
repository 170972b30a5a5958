import { EdgeFault } from "../../edge-fault.ts";
import { readListenAddress } from "../door/listen-address.ts";
import { readSecret } from "../door/read-secret.ts";
import { type DriverKind, httpsHere } from "../driver-kind.ts";

export const traefikKind: DriverKind = {
  usage: `Options for traefik, whose HTTP provider asks the agent:
  --proxy-listen ADDRESS where it asks (default 127.0.0.1:8404)
  --proxy-secret-file FILE
                         the first part of the path it asks for
  --traefik-responder URL
                         route challenges there, too; may be repeated
`,
  options: ["proxy-listen", "proxy-secret-file", "traefik-responder"],
  layout: null,
  // It takes one certificate for the same names, the first: https://github.com/traefik/traefik/issues/3483
  pairs: "rsa",
  pace: 5_000,
  // Its pollInterval and providersThrottleDuration are 5 and 2 s; and time to take it in.
  switchesWithin: 10_000,
  proveAt: httpsHere,
  plan(options) {
    const address = readListenAddress("proxy-listen", options.one("proxy-listen") ?? "127.0.0.1:8404");
    const secretFile = options.one("proxy-secret-file");
    const responders = options.all("traefik-responder").map(readResponder);
    return async ({ log }) => {
      const { openTraefikDriver } = await import("./open-traefik-driver.ts");
      const secret = secretFile === null ? null : await readSecret(secretFile);
      const challenges = responders.length === 0 ? null : { responders, entryPoint: "web" };
      return await openTraefikDriver({ ...address, secret, challenges, log });
    };
  },
};

function readResponder(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.origin;
  const problem = `--traefik-responder must be a URL such as http://10.0.0.1:8402, not ${JSON.stringify(text)}`;
  throw new EdgeFault("usage", `${problem}. See certmill edge run --help.`);
}
