import { generateKeyPairSync, type KeyPairKeyObjectResult } from "node:crypto";
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
  readonly #filling: readonly string[];

  /** @param filling names in every certificate that it is not told to be for: they make it as long as one wants. */
  constructor(filling: readonly string[] = []) {
    this.#filling = filling;
  }

  issue(...names: readonly string[]): QuickCertificate {
    return this.#issue(names, generateKeyPairSync("ec", { namedCurve: "P-256" }));
  }

  /** The same with an RSA key. */
  issueRsa(...names: readonly string[]): QuickCertificate {
    return this.#issue(names, generateKeyPairSync("rsa", { modulusLength: 2_048 }));
  }

  #issue(names: readonly string[], { privateKey, publicKey }: KeyPairKeyObjectResult): QuickCertificate {
    const spki = publicKey.export({ format: "der", type: "spki" });
    const identifiers = [...names, ...this.#filling].map((value) => ({ type: "dns", value }) as const);
    const now = instant(Date.now());
    const { serial, notAfter, leaf } = this.#hierarchy.issue(spki, identifiers, days(90), now);
    return {
      names,
      serial: serial.replace(/^0+/, ""),
      notAfter: new Date(notAfter).toISOString(),
      chainPem: this.#hierarchy.chainPems(leaf)[0],
      keyPem: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    };
  }
}
