import { execFile } from "node:child_process";
import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type AddressesOf, startDns } from "./dns.ts";
import { freePort } from "./free-port.ts";
import { peers, programOf } from "./peer.ts";
import { startProcess } from "./start-process.ts";

const run = promisify(execFile);

export interface PebbleOptions {
  /** The port that Pebble fetches HTTP-01 challenges from. */
  readonly httpPort: number;
  /** What names resolve to; every name to 127.0.0.1 by default. */
  readonly addressesOf?: AddressesOf;
  /** The share of good nonces it refuses, in per cent; 5 by default, as Pebble's own. */
  readonly nonceRejectPercent?: number;
  /** `skip` calls every challenge valid without a look. */
  readonly validation?: "real" | "skip";
}

export interface Pebble extends AsyncDisposable {
  readonly directoryUrl: string;
  readonly pid: number;
  /** The root of Pebble's own HTTPS. */
  readonly httpsRootPem: string;
  /** The root of what it issues; another one at each start. */
  issuingRootPem(): Promise<string>;
  output(): string;
}

/**
 * Pebble's locks can close a circle for good (read in 2.4.0): reading an authorization holds its lock and wants the
 * store's, newOrder holds the store's for reading and wants every authorization's, and a writer waits between the
 * two. While one goroutine runs at a time they stay out of each other's few instructions in between.
 */
const oneAtATime = "1";

/** Starts Pebble on loopback, validating at once. More than 8 orders at a time were seen to deadlock 2.4.0. */
export async function startPebble(options: PebbleOptions): Promise<Pebble> {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-pebble-"))).path;
  const dns = opened.use(await startDns(options.addressesOf));
  const [port, managementPort] = [await freePort(), await freePort()];
  const certificate = await makeHttpsCertificate(directory);
  const configFile = join(directory, "config.json");
  const config = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: certificate.file,
    privateKey: certificate.keyFile,
    httpPort: options.httpPort,
    tlsPort: await freePort(),
    ocspResponderURL: "",
    externalAccountBindingRequired: false,
  };
  await writeFile(configFile, JSON.stringify({ pebble: config }));

  const server = opened.use(
    await startProcess({
      command: programOf(peers.pebble),
      args: ["-config", configFile, "-dnsserver", dns.address],
      env: {
        GOMAXPROCS: oneAtATime,
        PEBBLE_VA_NOSLEEP: "1",
        PEBBLE_VA_ALWAYS_VALID: options.validation === "skip" ? "1" : "0",
        PEBBLE_WFE_NONCEREJECT: String(options.nonceRejectPercent ?? 5),
      },
    }),
  );
  const directoryUrl = `https://127.0.0.1:${port}/dir`;
  const httpsRootPem = certificate.pem;
  const answers = () =>
    get(directoryUrl, httpsRootPem).then(
      () => true,
      () => false,
    );
  await server.ready({ what: "Pebble's directory", probe: answers, within: 15_000 });

  const lifetime = opened.move();
  return {
    directoryUrl,
    pid: server.pid,
    httpsRootPem,
    issuingRootPem: () => get(`https://127.0.0.1:${managementPort}/roots/0`, httpsRootPem),
    output: () => server.output(),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

interface HttpsCertificate {
  readonly file: string;
  readonly keyFile: string;
  readonly pem: string;
}

/** A self-signed certificate for loopback, its own root. */
async function makeHttpsCertificate(directory: string): Promise<HttpsCertificate> {
  const file = join(directory, "https.pem");
  const keyFile = join(directory, "https.key");
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", keyFile];
  const content = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const args = ["req", "-x509", ...key, ...content, "-days", "2", "-out", file];
  await run(programOf(peers.openssl), args, { timeout: 30_000 });
  return { file, keyFile, pem: await readFile(file, "utf8") };
}

/** The body of a 200. */
function get(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ca, agent: false, signal: AbortSignal.timeout(10_000) }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        body += piece;
      });
      response.once("error", reject).once("end", () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`GET ${url}: HTTP ${response.statusCode}`));
      });
    });
    outgoing.once("error", reject).end();
  });
}
