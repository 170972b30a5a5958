import type { ServedCertificate } from "../../agent.ts";
import { CertificateCache } from "../../install/certificate-cache.ts";
import type { KeyPair } from "../../install/check-key-pair.ts";
import type { Log } from "../../log/edge-event.ts";
import { parseAskedName } from "../asked-name.ts";
import type { Secret } from "./secret-protocol.ts";
import type { StreamDoors } from "./secret-stream.ts";

export interface SecretSource {
  /** What a name is served with; null: nothing. It may take its time, as long as a handshake may wait for it. */
  readonly certificateFor: (name: string) => Promise<ServedCertificate | null>;
  readonly log: Log;
}

/** Certificates kept in memory, about 3 kB each. */
const cacheSize = 10_000;

/** Looks secrets up by what Envoy calls them. */
export function secretFinder({ certificateFor, log }: SecretSource): StreamDoors["find"] {
  const cache = new CertificateCache(cacheSize, (pair: KeyPair) => pair);

  async function find(asked: string, { name, isRsa }: AskedSecret): Promise<Secret | null> {
    const look = async (): Promise<ServedCertificate | null> => {
      const served = await certificateFor(name);
      return isRsa ? (served?.twin ?? null) : served;
    };
    let certificate = await look();
    while (certificate !== null) {
      const pair = await cache.get(certificate);
      const { key } = certificate;
      certificate = await look();
      // Renewed while it was read: the older one must not be sent after the newer.
      if (certificate?.key === key) return pair === null ? null : { name: asked, version: key, pair };
    }
    return { name: asked, version: "", pair: null };
  }

  return async (asked) => {
    const secret = parseSecretName(asked);
    if (secret === null) return { name: asked, version: "", pair: null };
    try {
      return await find(asked, secret);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log({
        kind: "warning",
        warning: `the certificate that Envoy asks for as ${asked} cannot be had: ${reason}`,
      });
      return null;
    }
  };
}

interface AskedSecret {
  readonly name: string;
  /** Whether it is the RSA certificate of a pair. */
  readonly isRsa: boolean;
}

/** A secret's name: one of a handshake, or the wildcard that a filter chain is for; `+rsa` behind it for a pair's second. */
function parseSecretName(asked: string): AskedSecret | null {
  const isRsa = asked.endsWith(rsaEnd);
  const plain = isRsa ? asked.slice(0, -rsaEnd.length) : asked;
  const isWildcard = plain.startsWith("*.");
  const name = parseAskedName(isWildcard ? plain.slice(2) : plain);
  return name === null ? null : { name: isWildcard ? `*.${name}` : name, isRsa };
}

/** As labelsOf (holding.ts) has it. */
const rsaEnd = "+rsa";
