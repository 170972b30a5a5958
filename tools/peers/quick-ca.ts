import { generateKeyPairSync } from "node:crypto";
import { days, instant } from "@certmill/domain";
import { Hierarchy } from "../../packages/sim/src/x509/hierarchy.ts";

export interface QuickCertificate {
  readonly names: readonly string[];
  /** Lower-case hex, no leading zeros. */
  readonly serial: string;
  /** ISO 8601. */
  readonly notAfter: string;
  readonly chainPem: string;
  readonly keyPem: string;
}

/** The sim's CA without HTTP and without orders: thousands of certificates a second, each with a P-256 key of its own. */
export class QuickCa {
  readonly #hierarchy = new Hierarchy("Quick", instant(Date.now()));

  issue(...names: readonly string[]): QuickCertificate {
    const { privateKey, publicKey } = generateKeyPairSync("ec", {
      namedCurve: "P-256",
      publicKeyEncoding: { format: "der", type: "spki" },
      privateKeyEncoding: { format: "pem", type: "pkcs8" },
    });
    const identifiers = names.map((value) => ({ type: "dns", value }) as const);
    const { serial, notAfter, leaf } = this.#hierarchy.issue(
      publicKey,
      identifiers,
      days(90),
      instant(Date.now()),
    );
    return {
      names,
      serial: serial.replace(/^0+/, ""),
      notAfter: new Date(notAfter).toISOString(),
      chainPem: this.#hierarchy.chainPems(leaf)[0],
      keyPem: privateKey,
    };
  }
}
