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
import { plainSerial, shakeHands } from "../../../packages/edge/src/proof/handshake.ts";
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
  /** Of a frontend without TLS that answers by itself. */
  readonly plainPort: number;
  /** A driver without a past, as after a kill of the agent's. */
  openDriver(): Driver;
  /** A new certificate, in the agent's directory. */
  issue(lineageId: string, names: readonly string[]): Promise<Delivery>;
  /** The serial of what is served for a name; null: nothing. */
  served(name: string): Promise<string | null>;
}

const never = new AbortController().signal;

/** @param within milliseconds in which HAProxy has to start. */
export async function startHaproxyEdge(within = 30_000): Promise<HaproxyEdge> {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await mkdtempDisposable(join(tmpdir(), "certmill-haproxy-edge-"))).path;
  const [tlsPort, plainPort] = [await freePort(), await freePort()];
  const listPath = crtListPath(directory);
  const openDriver = () => openHaproxyDriver({ socket, directory });
  let socket = "/nowhere";
  // The agent is there first: it makes the crt-list, without which HAProxy does not start.
  await openDriver().health(never);
  const sections = `frontend sites
  bind 127.0.0.1:${tlsPort} ssl crt-list ${listPath} strict-sni
  bind 127.0.0.1:${plainPort}
  http-request return status 200 content-type text/plain string ok`;
  const haproxy = opened.use(await startHaproxy({ sections, within }));
  socket = haproxy.socket;

  const files = new CertificateDirectory(directory, layouts.combined);
  const ca = new Hierarchy("Edge Test", instant(Date.now()));
  let issued = 0;
  const issue = async (lineageId: string, names: readonly string[]): Promise<Delivery> => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const spki = publicKey.export({ format: "der", type: "spki" });
    const identifiers = names.map((value) => ({ type: "dns", value }) as const);
    const { leaf, serial, notAfter } = ca.issue(spki, identifiers, days(90), instant(Date.now()));
    const pair = {
      chainPem: ca.chainPems(leaf)[0],
      keyPem: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    };
    issued += 1;
    const ref = {
      certificateId: String(issued),
      serial: plainSerial(serial),
      notAfter: new Date(notAfter).toISOString(),
    };
    await files.store(lineageId, ref, pair);
    return { lineageId, names, ref, pair };
  };
  const served = async (name: string): Promise<string | null> => {
    const handshake = await shakeHands({ host: "127.0.0.1", port: tlsPort }, name, never);
    return handshake.kind === "served" ? handshake.serial : null;
  };
  const lifetime = opened.move();
  return {
    haproxy,
    directory,
    listPath,
    plainPort,
    openDriver,
    issue,
    served,
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}
