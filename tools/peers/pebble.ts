import { execFile } from "node:child_process";
import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startDns } from "./dns.ts";
import { freePort } from "./free-port.ts";
import { type PebbleOptions, pebbleConfiguration, pebbleEnvironment } from "./pebble-options.ts";
import { peers, programOf } from "./peer.ts";
import { startProcess } from "./start-process.ts";

const run = promisify(execFile);

export interface Pebble extends AsyncDisposable {
  readonly directoryUrl: string;
  readonly pid: number;
  /** The root of Pebble's own HTTPS. */
  readonly httpsRootPem: string;
  /** The root of what it issues, or of an alternate chain (from 1); another one at each start. */
  issuingRootPem(chain?: number): Promise<string>;
  /** What it says of a certificate, by its serial in hexadecimal; `null` for one it never issued. */
  certificateStatus(serial: string): Promise<CertificateStatus | null>;
  /** Replaces its renewal information for a certificate, by any text: none of it is looked at. Newer release only. */
  setRenewalInfo(certificatePem: string, text: string): Promise<void>;
  output(): string;
}

export interface CertificateStatus {
  readonly revoked: boolean;
  /** The reason's code (RFC 5280 5.3.1); `null` when none was given. */
  readonly reason: number | null;
}

/** Starts Pebble on loopback, validating at once. More than 8 orders at a time were seen to deadlock 2.4.0. */
export async function startPebble(options: PebbleOptions): Promise<Pebble> {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-pebble-"))).path;
  const dns = opened.use(await startDns(options));
  const [port, managementPort] = [await freePort(), await freePort()];
  const certificate = await makeHttpsCertificate(directory);
  const configFile = join(directory, "config.json");
  const configuration = pebbleConfiguration(options, {
    port,
    managementPort,
    tlsPort: options.tlsPort ?? (await freePort()),
    certificateFile: certificate.file,
    keyFile: certificate.keyFile,
  });
  await writeFile(configFile, configuration);

  const peer = options.release === "newer" ? peers.newerPebble : peers.pebble;
  const strict = options.strict === true ? ["-strict"] : [];
  const server = opened.use(
    await startProcess({
      command: programOf(peer),
      args: ["-config", configFile, "-dnsserver", dns.address, ...strict],
      env: pebbleEnvironment(options),
    }),
  );
  const directoryUrl = `https://127.0.0.1:${port}/dir`;
  const managementUrl = `https://127.0.0.1:${managementPort}`;
  const httpsRootPem = certificate.pem;
  const answers = () =>
    get(directoryUrl, httpsRootPem).then(
      () => true,
      () => false,
    );
  await server.ready({ what: "Pebble's directory", probe: answers, within: 60_000 });

  const lifetime = opened.move();
  return {
    directoryUrl,
    pid: server.pid,
    httpsRootPem,
    issuingRootPem: (chain = 0) => get(`${managementUrl}/roots/${chain}`, httpsRootPem),
    certificateStatus: async (serial) => {
      const url = `${managementUrl}/cert-status-by-serial/${serial}`;
      const { status, body } = await ask(url, { ca: httpsRootPem });
      if (status === 404) return null;
      const { Status, Reason } = JSON.parse(expectOk(url, { status, body }));
      return { revoked: Status === "Revoked", reason: Reason ?? null };
    },
    setRenewalInfo: async (certificatePem, text) => {
      const url = `${managementUrl}/set-renewal-info/`;
      const body = JSON.stringify({ Certificate: certificatePem, ARIResponse: text });
      expectOk(url, await ask(url, { ca: httpsRootPem, body }));
    },
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

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

/** The body of a 200. */
const get = async (url: string, ca: string): Promise<string> => expectOk(url, await ask(url, { ca }));

function expectOk(url: string, { status, body }: Answer): string {
  if (status !== 200) throw new Error(`${url}: HTTP ${status}: ${body}`);
  return body;
}

/** A GET, or a POST of `body`. */
function ask(url: string, { ca, body }: { readonly ca: string; readonly body?: string }): Promise<Answer> {
  const method = body === undefined ? "GET" : "POST";
  const headers = { "user-agent": "certmill-tests" };
  return new Promise((resolve, reject) => {
    const options = { method, headers, ca, agent: false, signal: AbortSignal.timeout(10_000) };
    const outgoing = request(url, options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      response.once("error", reject).once("end", () => resolve({ status: response.statusCode, body: text }));
    });
    outgoing.once("error", reject).end(body);
  });
}
