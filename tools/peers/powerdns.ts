import { randomBytes } from "node:crypto";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { peers, programOf } from "./peer.ts";
import { startProcess } from "./start-process.ts";

export interface PowerDns extends AsyncDisposable {
  /** Of 127.0.0.1, UDP and TCP. */
  readonly port: number;
  readonly apiUrl: string;
  readonly apiKey: string;
  output(): string;
}

/** Starts PowerDNS on 127.0.0.1 with its HTTP API and these zones, each with a SOA and an NS record. */
export async function startPowerDns(zones: readonly string[]): Promise<PowerDns> {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-pdns-"))).path;
  const [port, apiPort] = [await freePort(), await freePort()];
  const apiKey = randomBytes(16).toString("hex");
  const settings = {
    "config-dir": directory,
    "socket-dir": directory,
    daemon: "no",
    guardian: "no",
    "local-address": "127.0.0.1",
    "local-port": port,
    launch: "lmdb",
    "lmdb-filename": join(directory, "zones.lmdb"),
    "lmdb-shards": 1,
    "lmdb-sync-mode": "nosync",
    api: "yes",
    "api-key": apiKey,
    webserver: "yes",
    "webserver-address": "127.0.0.1",
    "webserver-port": apiPort,
    "webserver-allow-from": "127.0.0.1",
    "zone-cache-refresh-interval": 0,
    "cache-ttl": 0,
    "query-cache-ttl": 0,
    "negquery-cache-ttl": 0,
  };
  const server = opened.use(
    await startProcess({
      command: programOf(peers.powerdns),
      args: Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
    }),
  );
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const headers = { "x-api-key": apiKey, "content-type": "application/json" };
  const url = `${apiUrl}/api/v1/servers/localhost/zones`;
  const answers = () =>
    fetch(url, { headers }).then(
      ({ ok }) => ok,
      () => false,
    );
  await server.ready({ what: "PowerDNS' API to answer", probe: answers, within: 60_000 });
  for (const zone of zones) {
    const body = JSON.stringify({ name: `${zone}.`, kind: "Native", nameservers: [`ns.${zone}.`] });
    const made = await fetch(url, { method: "POST", headers, body });
    if (!made.ok) throw new Error(`PowerDNS made no zone: ${await made.text()}`);
  }
  const lifetime = opened.move();
  return {
    port,
    apiUrl,
    apiKey,
    output: () => server.output(),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}
