import { entryName } from "@certmill/stores";
import type { V1ObjectMeta, V1Secret } from "@kubernetes/client-node";
import { plainSerial } from "../../proof/handshake.ts";
import type { Delivery } from "../driver.ts";

/** Who we are among the writers of an object's fields. */
export const fieldManager = "certmill";

export const managedSelector = "app.kubernetes.io/managed-by=certmill";

const lineageLabel = "certmill/lineage";
const serialAnnotation = "certmill/serial";

export const selectorOf = (lineageId: string): string =>
  `${managedSelector},${lineageLabel}=${labelValue(lineageId)}`;

/** All the fields that are ours, and no other: what is applied is what we own. */
export function tlsSecret(delivery: Delivery, namespace: string): V1Secret {
  const { lineageId, names, ref, pair } = delivery;
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: entryName(delivery),
      namespace,
      labels: { "app.kubernetes.io/managed-by": "certmill", [lineageLabel]: labelValue(lineageId) },
      annotations: {
        [serialAnnotation]: plainSerial(ref.serial),
        "certmill/certificate": ref.certificateId,
        "certmill/names": names.join(","),
        "certmill/not-after": ref.notAfter,
      },
    },
    type: "kubernetes.io/tls",
    data: { "tls.crt": base64(pair.chainPem), "tls.key": base64(pair.keyPem) },
  };
}

/** What the API server takes of an object's data (and etcd of the whole, at 1.5 MiB), in bytes. */
const mostData = 1_048_576;

/** What is wrong with it before it is sent, as a clause; null: nothing. */
export function tooLarge({ data = {}, metadata }: V1Secret): string | null {
  const size = Object.values(data).reduce((sum, value) => sum + Buffer.byteLength(value, "base64"), 0);
  const text = JSON.stringify(metadata?.annotations ?? {}).length;
  if (size > mostData) return `it has ${size} bytes, and Kubernetes takes ${mostData} in a Secret`;
  return text > mostAnnotations
    ? `its names have ${text} bytes, and Kubernetes takes ${mostAnnotations}`
    : null;
}

const mostAnnotations = 262_144;

/** A Secret that is ours, by its metadata alone. */
export interface KnownSecret {
  readonly name: string;
  readonly lineageId: string;
  /** Null: somebody else has written the certificate or the key since we did. */
  readonly serial: string | null;
  /** For its deletion: of this very state. */
  readonly uid: string;
  readonly resourceVersion: string;
}

/** Null: it is none of ours. */
export function knownSecret(metadata: V1ObjectMeta): KnownSecret | null {
  const { name, uid, resourceVersion, labels = {}, annotations = {}, managedFields = [] } = metadata;
  const lineageId = labels[lineageLabel];
  if (name === undefined || lineageId === undefined || uid === undefined || resourceVersion === undefined)
    return null;
  const isOurs = managedFields.some(
    ({ manager, operation, fieldsV1 }) =>
      manager === fieldManager && operation === "Apply" && ownsPair(fieldsV1),
  );
  const serial = isOurs ? (annotations[serialAnnotation] ?? null) : null;
  return { name, lineageId, serial, uid, resourceVersion };
}

/** Whoever changes a field by force takes it from who had it: https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
function ownsPair(fields: { readonly "f:data"?: Readonly<Record<string, unknown>> } | undefined): boolean {
  const data = fields?.["f:data"];
  return data?.["f:tls.crt"] !== undefined && data["f:tls.key"] !== undefined;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Ids are the server's numbers; whatever else one may be must not become another selector. */
const labelValue = (lineageId: string): string => lineageId.replaceAll(/[^A-Za-z0-9]/g, "_").slice(0, 63);
