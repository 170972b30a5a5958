import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempDisposable, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { days, instant } from "@certmill/domain";
import type { Delivery, Driver } from "../../../packages/edge/src/driver/driver.ts";
import { IssuerFiles } from "../../../packages/edge/src/driver/haproxy/issuer-files.ts";
import {
  crtListPath,
  issuersPath,
  openHaproxyDriver,
} from "../../../packages/edge/src/driver/haproxy/open-haproxy-driver.ts";
import { issuersOf } from "../../../packages/edge/src/driver/haproxy/pem-payload.ts";
import { readCertificate } from "../../../packages/edge/src/driver/haproxy/replies.ts";
import { CertificateDirectory } from "../../../packages/edge/src/install/certificate-directory.ts";
import { layouts } from "../../../packages/edge/src/install/layout.ts";
import type { EdgeEvent } from "../../../packages/edge/src/log/edge-event.ts";
import {
  plainSerial,
  shakeHands,
  type TlsAddress,
  type Verifies,
} from "../../../packages/edge/src/proof/handshake.ts";
import { Hierarchy } from "../../../packages/sim/src/x509/hierarchy.ts";
import { freePort } from "../../../tools/peers/free-port.ts";
import { type Haproxy, startHaproxy } from "../../../tools/peers/haproxy.ts";

/** HAProxy with a crt-list of the driver's, a CA, and the agent's directory between them. */
export interface HaproxyEdge extends AsyncDisposable {
  readonly haproxy: Haproxy;
  /** The agent's. */
  readonly directory: string;
  /** The crt-list as HAProxy has it. */
  readonly listPath: string;
  readonly tlsAddress: TlsAddress;
  /** Of a frontend without TLS that answers by itself. */
  readonly plainPort: number;
  readonly ca: TestIssuer;
  /** A driver without a past, as after a kill of the agent's. */
  openDriver(): Driver;
  /** A new certificate, in the agent's directory. */
  issue(lineageId: string, names: readonly string[], twinOf?: string): Promise<Delivery>;
  /** The serial of what is served for a name to a client that verifies so much; null: nothing. */
  served(name: string, verifies?: Verifies): Promise<string | null>;
  /** What a client that knows a root alone is served for a name; null: nothing. */
  look(name: string, rootPem?: string): Promise<Look | null>;
  /** The name of the file in which HAProxy has found a lineage's issuers; null: it was given them. */
  foundIn(lineageId: string): Promise<string | null>;
  /** What the drivers have logged. */
  readonly events: readonly EdgeEvent[];
}

export interface Look {
  readonly serial: string;
  /** Whether the chain ends at the root. */
  readonly isTrusted: boolean;
}

const never = new AbortController().signal;

export interface HaproxyEdgeOptions {
  /** What is in the agent's directory before HAProxy starts. */
  readonly prepare?: (directory: string, ca: TestIssuer) => Promise<void>;
  /** Milliseconds in which HAProxy has to start; 30,000 by default. */
  readonly within?: number;
  /**
   * What drivers may leave to HAProxy: the CA's issuers, which it has read (`known`); what it reads at its next start
   * (`coming`); what its configuration does not name although they were there an hour before it (`unread`). By
   * default drivers keep none.
   */
  readonly issuers?: "known" | "coming" | "unread";
}

export async function startHaproxyEdge({
  prepare,
  within = 30_000,
  issuers,
}: HaproxyEdgeOptions = {}): Promise<HaproxyEdge> {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-haproxy-edge-"))).path;
  const [tlsPort, plainPort] = [await freePort(), await freePort()];
  const tlsAddress = { host: "127.0.0.1", port: tlsPort };
  const listPath = crtListPath(directory);
  const ca = new TestIssuer();
  await prepare?.(directory, ca);
  let socket = "/nowhere";
  const events: EdgeEvent[] = [];
  const issuersAt = issuersPath(directory);
  const kept =
    issuers === undefined
      ? {}
      : { issuers: { directory: issuersAt, log: (event: EdgeEvent) => void events.push(event) } };
  const openDriver = () => openHaproxyDriver({ socket, directory, ...kept });
  if (issuers === "known" || issuers === "unread") await keepIssuers(issuersAt, ca);
  // The agent is there first: it makes the crt-list, without which HAProxy does not start.
  await openDriver().health(never);
  const sections = `frontend sites
  bind 127.0.0.1:${tlsPort} ssl crt-list ${listPath} strict-sni
  bind 127.0.0.1:${plainPort}
  http-request return status 200 content-type text/plain string ok`;
  const global = issuers === "known" || issuers === "coming" ? `issuers-chain-path ${issuersAt}` : "";
  const haproxy = opened.use(await startHaproxy({ sections, global, within }));
  socket = haproxy.socket;

  const files = new CertificateDirectory(directory, layouts.combined);
  const issue: HaproxyEdge["issue"] = async (lineageId, names, twinOf) => {
    const delivery = ca.issue(lineageId, names, twinOf);
    await files.store(lineageId, delivery.ref, { pair: delivery.pair, isFirst: false });
    return delivery;
  };
  const served = async (name: string, verifies: Verifies = "all"): Promise<string | null> => {
    const handshake = await shakeHands({ ...tlsAddress, verifies }, name, never);
    return handshake.kind === "served" ? handshake.serial : null;
  };
  const look = (name: string, rootPem = ca.rootPem) => lookAs({ ...tlsAddress, ca: rootPem }, name);
  const foundIn = async (lineageId: string): Promise<string | null> => {
    const path = new RegExp(`^/\\S+/${lineageId}\\.\\w+\\.pem$`, "m").exec(
      await haproxy.ask("show ssl cert\n"),
    )?.[0];
    const shown = readCertificate(await haproxy.ask(`show ssl cert ${path}\n`));
    if (shown.kind !== "present") throw new Error(`HAProxy has nothing of lineage ${lineageId}.`);
    return shown.issuersFile;
  };
  const lifetime = opened.move();
  return {
    haproxy,
    directory,
    listPath,
    tlsAddress,
    plainPort,
    ca,
    openDriver,
    issue,
    served,
    look,
    foundIn,
    events,
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

async function lookAs(at: TlsAddress & { readonly ca: string }, name: string): Promise<Look | null> {
  const socket = connect({ ...at, servername: name, rejectUnauthorized: false });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(5_000) });
    const serial = socket.getPeerX509Certificate()?.serialNumber;
    return serial === undefined ? null : { serial: plainSerial(serial), isTrusted: socket.authorized };
  } catch {
    return null;
  } finally {
    socket.destroy();
  }
}

/** Leaves a CA's issuers as a driver did that has seen its certificates an hour ago. */
async function keepIssuers(directory: string, ca: TestIssuer): Promise<void> {
  const files = await IssuerFiles.open(directory);
  const file = await files.fileOf(issuersOf(ca.issue("first", ["first.example.com"]).pair.chainPem));
  const then = new Date(Date.now() - 3_600_000);
  await utimes(join(directory, file?.name ?? ""), then, then);
}

/** Makes certificates for P-256 keys, a thousand in a second. */
export class TestIssuer {
  readonly #ca = new Hierarchy("Edge Test", instant(Date.now()), 1);
  #issued = 0;

  /** @param twinOf whose twin it is, with an RSA key; null: nobody's, with a P-256 key. */
  issue(lineageId: string, names: readonly string[], twinOf: string | null = null): Delivery {
    const { privateKey, publicKey } =
      twinOf === null
        ? generateKeyPairSync("ec", { namedCurve: "P-256" })
        : generateKeyPairSync("rsa", { modulusLength: 2_048 });
    const spki = publicKey.export({ format: "der", type: "spki" });
    const identifiers = names.map((value) => ({ type: "dns", value }) as const);
    const { leaf, serial, notAfter } = this.#ca.issue(spki, identifiers, days(90), instant(Date.now()));
    const chainPem = this.#ca.chainPems(leaf)[0];
    const keyPem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
    this.#issued += 1;
    const ref = {
      certificateId: String(this.#issued),
      serial: plainSerial(serial),
      notAfter: new Date(notAfter).toISOString(),
    };
    return { lineageId, names, twinOf, ref, pair: { chainPem, keyPem } };
  }

  get rootPem(): string {
    return this.#ca.rootPem;
  }

  get otherRootPem(): string {
    return this.#ca.alternateRootPems[0] ?? "";
  }

  /** The same certificate, with a chain that leads to the other root: the same intermediate, signed by that. */
  toOtherRoot(delivery: Delivery): Delivery {
    const { pair } = delivery;
    const chainPem = this.#ca.chainPems(new X509Certificate(pair.chainPem).raw)[1] ?? "";
    return { ...delivery, pair: { ...pair, chainPem } };
  }
}
