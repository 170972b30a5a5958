import { generateKeyPairSync } from "node:crypto";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { days, instant } from "@certmill/domain";
import type { Delivery, Driver } from "../../../packages/edge/src/driver/driver.ts";
import {
  crtListPath,
  openHaproxyDriver,
} from "../../../packages/edge/src/driver/haproxy/open-haproxy-driver.ts";
import { CertificateDirectory } from "../../../packages/edge/src/install/certificate-directory.ts";
import { layouts } from "../../../packages/edge/src/install/layout.ts";
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
}

const never = new AbortController().signal;

export interface HaproxyEdgeOptions {
  /** What is in the agent's directory before HAProxy starts. */
  readonly prepare?: (directory: string, ca: TestIssuer) => Promise<void>;
  /** Milliseconds in which HAProxy has to start; 30,000 by default. */
  readonly within?: number;
}

export async function startHaproxyEdge({
  prepare,
  within = 30_000,
}: HaproxyEdgeOptions = {}): Promise<HaproxyEdge> {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-haproxy-edge-"))).path;
  const [tlsPort, plainPort] = [await freePort(), await freePort()];
  const tlsAddress = { host: "127.0.0.1", port: tlsPort };
  const listPath = crtListPath(directory);
  const ca = new TestIssuer();
  await prepare?.(directory, ca);
  let socket = "/nowhere";
  const openDriver = () => openHaproxyDriver({ socket, directory });
  // The agent is there first: it makes the crt-list, without which HAProxy does not start.
  await openDriver().health(never);
  const sections = `frontend sites
  bind 127.0.0.1:${tlsPort} ssl crt-list ${listPath} strict-sni
  bind 127.0.0.1:${plainPort}
  http-request return status 200 content-type text/plain string ok`;
  const haproxy = opened.use(await startHaproxy({ sections, within }));
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
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

/** Makes certificates for P-256 keys, a thousand in a second. */
export class TestIssuer {
  readonly #ca = new Hierarchy("Edge Test", instant(Date.now()));
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
}
