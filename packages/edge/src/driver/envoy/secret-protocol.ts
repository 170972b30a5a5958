import { fileURLToPath } from "node:url";
import { type GrpcObject, loadPackageDefinition, type ServiceDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { KeyPair } from "../../install/check-key-pair.ts";

/** What Envoy says on a stream, in whichever of the two protocols. */
export interface Said {
  /** Names it wants from now on, the ones it has already and names again included. */
  readonly wanted: readonly string[];
  readonly unwanted: readonly string[];
  /** What it has from an earlier stream: versions by name. */
  readonly had: Readonly<Record<string, string>>;
  /** The answer to a response; null: it is none. `refusal`: Envoy's words; null: it took it. */
  readonly answer: { readonly nonce: string; readonly refusal: string | null } | null;
}

/** A secret by the name it was asked for; null: there is none. */
export interface Secret {
  readonly name: string;
  /** Differs between any two certificates. */
  readonly version: string;
  readonly pair: KeyPair | null;
}

/** How one of the two protocols says it. */
export interface Dialect<Request, Response> {
  /** @param known the names wanted so far. */
  hear(request: Request, known: ReadonlySet<string>): Said;
  /** Null: it cannot be said, so nothing is. */
  tell(secrets: readonly Secret[], nonce: string): Response | null;
}

interface Status {
  readonly message: string;
}

interface Request {
  readonly typeUrl: string;
  readonly responseNonce: string;
  readonly errorDetail: Status | null;
}

export interface StateRequest extends Request {
  readonly resourceNames: readonly string[];
}

export interface DeltaRequest extends Request {
  readonly resourceNamesSubscribe: readonly string[];
  readonly resourceNamesUnsubscribe: readonly string[];
  readonly initialResourceVersions: Readonly<Record<string, string>>;
}

export const secretType = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";

const file = fileURLToPath(new URL("./secret-discovery.proto", import.meta.url));

/** `envoy.service.secret.v3.SecretDiscoveryService`, as both sides of gRPC need it. */
export function secretDiscoveryService(): ServiceDefinition {
  const loaded = loadPackageDefinition(loadSync(file, { defaults: true, arrays: true, objects: true }));
  let at: GrpcObject = loaded;
  for (const part of ["envoy", "service", "secret", "v3"]) at = at[part] as GrpcObject;
  return (at["SecretDiscoveryService"] as unknown as { readonly service: ServiceDefinition }).service;
}

/**
 * StreamSecrets: each request has all names that are wanted. A response may leave out what has not changed, and cannot say
 * that there is no such secret.
 */
export const stateOfTheWorld: Dialect<StateRequest, object> = {
  hear(request, known) {
    const names = new Set(request.resourceNames);
    return {
      wanted: request.resourceNames.filter((name) => !known.has(name)),
      unwanted: [...known].filter((name) => !names.has(name)),
      had: {},
      answer: answerIn(request),
    };
  },
  tell(secrets, nonce) {
    const resources = secrets.filter(({ pair }) => pair !== null).map(packed);
    return resources.length === 0 ? null : { versionInfo: nonce, nonce, typeUrl: secretType, resources };
  },
};

/** DeltaSecrets: what is wanted and no longer wanted, what there is and no longer is. */
export const delta: Dialect<DeltaRequest, object> = {
  hear: (request) => ({
    wanted: request.resourceNamesSubscribe,
    unwanted: request.resourceNamesUnsubscribe,
    had: request.initialResourceVersions,
    answer: answerIn(request),
  }),
  tell: (secrets, nonce) => ({
    systemVersionInfo: nonce,
    nonce,
    typeUrl: secretType,
    resources: secrets
      .filter(({ pair }) => pair !== null)
      .map((secret) => ({ name: secret.name, version: secret.version, resource: packed(secret) })),
    removedResources: secrets.filter(({ pair }) => pair === null).map(({ name }) => name),
  }),
};

const answerIn = ({ responseNonce: nonce, errorDetail }: Request): Said["answer"] =>
  nonce === "" ? null : { nonce, refusal: errorDetail === null ? null : errorDetail.message };

const packed = ({ name, pair }: Secret): object => ({
  typeUrl: secretType,
  value: {
    name,
    tlsCertificate: {
      certificateChain: { inlineBytes: Buffer.from(pair?.chainPem ?? "") },
      privateKey: { inlineBytes: Buffer.from(pair?.keyPem ?? "") },
    },
  },
});
