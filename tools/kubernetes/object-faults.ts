/**
 * Holds Kubernetes objects against the API's published OpenAPI, without an API server: its schemas, as kubernetes-models
 * compiles them, say what a field must be; the client's models, generated from the same, say which fields there are.
 */
import * as client from "@kubernetes/client-node";
import { validate as deleteOptions } from "@kubernetes-models/apimachinery/_schemas/IoK8sApimachineryPkgApisMetaV1DeleteOptions";
import { validate as httpRoute } from "@kubernetes-models/gateway-api/_schemas/IoK8sSigsGatewayApiApisV1HTTPRoute";
import { validate as deployment } from "kubernetes-models/_schemas/IoK8sApiAppsV1Deployment";
import { validate as job } from "kubernetes-models/_schemas/IoK8sApiBatchV1Job";
import { validate as configMap } from "kubernetes-models/_schemas/IoK8sApiCoreV1ConfigMap";
import { validate as secret } from "kubernetes-models/_schemas/IoK8sApiCoreV1Secret";
import { validate as service } from "kubernetes-models/_schemas/IoK8sApiCoreV1Service";
import { validate as serviceAccount } from "kubernetes-models/_schemas/IoK8sApiCoreV1ServiceAccount";
import { validate as endpointSlice } from "kubernetes-models/_schemas/IoK8sApiDiscoveryV1EndpointSlice";
import { validate as ingress } from "kubernetes-models/_schemas/IoK8sApiNetworkingV1Ingress";
import { validate as networkPolicy } from "kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy";
import { validate as disruptionBudget } from "kubernetes-models/_schemas/IoK8sApiPolicyV1PodDisruptionBudget";
import { validate as role } from "kubernetes-models/_schemas/IoK8sApiRbacV1Role";
import { validate as roleBinding } from "kubernetes-models/_schemas/IoK8sApiRbacV1RoleBinding";

interface Kind {
  readonly validate: Validate;
  /** The client's model; null: the schema is a custom resource's. */
  readonly model: string | null;
}

type Validate = ((data: unknown) => boolean) & {
  readonly errors?: readonly { readonly instancePath?: string; readonly message?: string }[] | null;
};

const kinds: Readonly<Record<string, Kind>> = {
  "apps/v1 Deployment": { validate: deployment, model: "V1Deployment" },
  "batch/v1 Job": { validate: job, model: "V1Job" },
  "v1 ConfigMap": { validate: configMap, model: "V1ConfigMap" },
  "v1 Secret": { validate: secret, model: "V1Secret" },
  "v1 Service": { validate: service, model: "V1Service" },
  "v1 ServiceAccount": { validate: serviceAccount, model: "V1ServiceAccount" },
  "v1 DeleteOptions": { validate: deleteOptions, model: "V1DeleteOptions" },
  "discovery.k8s.io/v1 EndpointSlice": { validate: endpointSlice, model: "V1EndpointSlice" },
  "networking.k8s.io/v1 Ingress": { validate: ingress, model: "V1Ingress" },
  "networking.k8s.io/v1 NetworkPolicy": { validate: networkPolicy, model: "V1NetworkPolicy" },
  "policy/v1 PodDisruptionBudget": { validate: disruptionBudget, model: "V1PodDisruptionBudget" },
  "rbac.authorization.k8s.io/v1 Role": { validate: role, model: "V1Role" },
  "rbac.authorization.k8s.io/v1 RoleBinding": { validate: roleBinding, model: "V1RoleBinding" },
  "gateway.networking.k8s.io/v1 HTTPRoute": { validate: httpRoute, model: null },
};

/** What is wrong with an object, a line each; empty: nothing. */
export function objectFaults(object: unknown): readonly string[] {
  if (!isRecord(object)) return ["it is no object"];
  const what = `${String(object["apiVersion"])} ${String(object["kind"])}`;
  const kind = kinds[what];
  if (kind === undefined) return [`${what} is no kind that is known here`];
  const faults = kind.validate(object)
    ? []
    : (kind.validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
  return kind.model === null ? faults : [...faults, ...unknownFields(object, kind.model, "")];
}

interface Model {
  getAttributeTypeMap(): readonly { readonly baseName: string; readonly type: string }[];
}

/** `Array<V1Pod>` and `{ [key: string]: V1Pod; }` lead to `V1Pod`. */
const inner = /^Array<(.+)>$|^\{ \[key: string\]: (.+); \}$/;

function unknownFields(value: unknown, type: string, path: string): readonly string[] {
  if (!isRecord(value)) return [];
  const of = inner.exec(type);
  if (of !== null) {
    const element = of[1] ?? of[2] ?? "";
    return Object.entries(value).flatMap(([key, each]) => unknownFields(each, element, `${path}/${key}`));
  }
  const model = (client as unknown as Readonly<Record<string, Model | undefined>>)[type];
  if (typeof model?.getAttributeTypeMap !== "function") return [];
  const fields = new Map(model.getAttributeTypeMap().map((field) => [field.baseName, field.type]));
  return Object.entries(value).flatMap(([key, each]) => {
    const fieldType = fields.get(key);
    return fieldType === undefined
      ? [`${path}/${key}: ${type} has no such field`]
      : unknownFields(each, fieldType, `${path}/${key}`);
  });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
