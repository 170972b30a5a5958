import { generateKeyPairSync } from "node:crypto";
import { days, type Instant } from "@certmill/domain";
import { Hierarchy } from "../x509/hierarchy.ts";

/** A key and certificate for https://127.0.0.1 and https://localhost, from a root of their own. */
export function serverIdentity(now: Instant): {
  readonly rootPem: string;
  readonly tlsOptions: { readonly key: string; readonly cert: string };
} {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const hierarchy = new Hierarchy("Certmill Sim HTTPS", now);
  const { leaf } = hierarchy.issue(
    publicKey.export({ format: "der", type: "spki" }),
    [
      { type: "ip", value: "127.0.0.1" },
      { type: "dns", value: "localhost" },
    ],
    days(3_650),
    now,
  );
  const key = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  return { rootPem: hierarchy.rootPem, tlsOptions: { key, cert: hierarchy.chainPems(leaf)[0] } };
}
