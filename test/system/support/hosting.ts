/** The rest of a hoster's platform: nginx, which knows Certmill by the one static rule, and a CA. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../../../tools/peers/free-port.ts";
import { type Nginx, startNginx } from "../../../tools/peers/nginx.ts";
import { type Pebble, startPebble } from "../../../tools/peers/pebble.ts";
import type { PebbleOptions } from "../../../tools/peers/pebble-options.ts";
import type { Installation } from "./installation.ts";

export interface Hosting extends AsyncDisposable {
  readonly nginx: Nginx;
  readonly pebble: Pebble;
  /** nginx's port 80, where Pebble looks for challenges. */
  readonly httpPort: number;
  /** nginx's port 443. */
  readonly tlsPort: number;
  /** Where nginx reads certificates; empty at first. */
  readonly certificates: string;
  /** A shell command. */
  readonly reload: string;
}

/** What every path but the challenges' gets over HTTP. */
export const siteText = "the site itself";

/** Starts nginx before the installation's responder and Pebble before nginx, and adds Pebble as the CA. */
export async function startHosting(
  installation: Installation,
  options: Pick<PebbleOptions, "addressesOf"> = {},
): Promise<Hosting> {
  await using opened = new AsyncDisposableStack();
  const { mustRun, responder, directory } = installation;
  const [httpPort, tlsPort] = [await freePort(), await freePort()];
  const certificates = join(directory, "certificates");
  await mkdir(certificates);
  const rule = staticRule(await mustRun("responder", "snippet", "nginx", "--responder", responder));
  const http = `${rule.first}\n${httpServer(httpPort, rule.second)}\n${tlsServer(tlsPort, certificates)}`;
  const nginx = opened.use(await startNginx({ http }));
  const pebble = opened.use(await startPebble({ httpPort, ...options }));
  await addPebble(installation, pebble);
  const lifetime = opened.move();
  return {
    nginx,
    pebble,
    httpPort,
    tlsPort,
    certificates,
    reload: nginx.reloadCommand.join(" "),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

/** Makes Pebble the installation's CA. More than 8 orders at a time were seen to deadlock it. */
export async function addPebble({ mustRun, directory }: Installation, pebble: Pebble): Promise<void> {
  const root = join(directory, "pebble-https-root.pem");
  await writeFile(root, pebble.httpsRootPem);
  const place = ["--directory", pebble.directoryUrl, "--root", root];
  const terms = ["--contact", "ops@example.com", "--agree-tos", "--allow-private-names", "--max-orders", "8"];
  await mustRun("ca", "add", "pebble", ...place, ...terms);
}

export interface StaticRule {
  readonly first: string;
  readonly second: string;
}

/** The two parts that the printed rule tells the operator to put in two places. */
export function staticRule(snippet: string): StaticRule {
  const second = snippet.indexOf("# 2.");
  if (second < 0) throw new Error(`The snippet has no second part:\n${snippet}`);
  return { first: snippet.slice(0, second), second: snippet.slice(second) };
}

const httpServer = (port: number, rule: string): string => `server {
  listen 127.0.0.1:${port} default_server;
${rule}
  location / { return 200 "${siteText}"; }
}`;

/** One server block for every name: the agent's directory is looked into at each handshake. */
const tlsServer = (port: number, certificates: string): string => `
map $ssl_server_name $certificate_of {
  default $ssl_server_name;
  "" none;
}
server {
  listen 127.0.0.1:${port} ssl default_server;
  ssl_certificate ${certificates}/$certificate_of/fullchain.pem;
  ssl_certificate_key ${certificates}/$certificate_of/privkey.pem;
  return 200 "$ssl_server_name over TLS";
}`;
