import { fileURLToPath } from "node:url";
import {
  type ClientDuplexStream,
  credentials,
  type GrpcObject,
  loadPackageDefinition,
  type ServiceClientConstructor,
  type ServiceError,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

/** A TLS certificate as Envoy would take it from a secret. */
export interface TakenSecret {
  readonly chainPem: string;
  readonly keyPem: string;
}

export interface Heard {
  readonly version: string;
  readonly nonce: string;
  readonly secrets: ReadonlyMap<string, TakenSecret>;
  /** Versions of single secrets, of the delta protocol only. */
  readonly versions: Readonly<Record<string, string>>;
  readonly removed: readonly string[];
}

interface Inline {
  readonly inlineBytes: string;
}

interface SecretMessage {
  readonly "@type": string;
  readonly name: string;
  readonly tlsCertificate: { readonly certificateChain: Inline; readonly privateKey: Inline };
}

interface ResponseMessage {
  readonly versionInfo?: string;
  readonly systemVersionInfo?: string;
  readonly nonce: string;
  readonly typeUrl: string;
  readonly resources: readonly (
    | SecretMessage
    | { readonly version: string; readonly resource: SecretMessage }
  )[];
  readonly removedResources?: readonly string[];
}

export type ProtocolName = "StreamSecrets" | "DeltaSecrets";

const protos = new URL("../../deps/", import.meta.resolve("@grpc/grpc-js-xds"));
const folder = (name: string): string => fileURLToPath(new URL(name, protos));

/** Envoy's own definitions, as gRPC's xDS package has them; `json` has what is packed unpacked by its type. */
const published = loadPackageDefinition(
  loadSync(["envoy/service/secret/v3/sds.proto", "envoy/extensions/transport_sockets/tls/v3/secret.proto"], {
    includeDirs: ["envoy-api", "googleapis", "protoc-gen-validate", "xds"].map(folder),
    json: true,
    defaults: true,
    arrays: true,
    oneofs: true,
  }),
);

function publishedService(): ServiceClientConstructor {
  let at: GrpcObject = published;
  for (const part of ["envoy", "service", "secret", "v3"]) at = at[part] as GrpcObject;
  return at["SecretDiscoveryService"] as ServiceClientConstructor;
}

const secretType = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";

/** Speaks Envoy's published secret discovery, as Envoy does but for what it does with a certificate. */
export class EnvoyClient implements Disposable {
  readonly #client: InstanceType<ServiceClientConstructor>;
  readonly #streams: EnvoyStream[] = [];

  /** @param address as gRPC writes it: `unix:/path` or `127.0.0.1:8405`. */
  constructor(address: string) {
    this.#client = new (publishedService())(address, credentials.createInsecure());
  }

  stream(protocol: ProtocolName): EnvoyStream {
    const call = (this.#client[protocol] as () => ClientDuplexStream<object, ResponseMessage>).call(
      this.#client,
    );
    const stream = new EnvoyStream(call);
    this.#streams.push(stream);
    return stream;
  }

  [Symbol.dispose](): void {
    for (const stream of this.#streams) stream.cancel();
    this.#client.close();
  }
}

export class EnvoyStream {
  readonly heard: Heard[] = [];
  /** Why the other side ended it; null: it has not. */
  failure: ServiceError | null = null;
  readonly #call: ClientDuplexStream<object, ResponseMessage>;

  constructor(call: ClientDuplexStream<object, ResponseMessage>) {
    this.#call = call;
    call.on("data", (message: ResponseMessage) => this.heard.push(heardIn(message)));
    call.on("error", (error: ServiceError) => {
      this.failure = error;
    });
  }

  send(request: object): void {
    this.#call.write({ node: { id: "envoy-1", cluster: "edge" }, typeUrl: secretType, ...request });
  }

  cancel(): void {
    this.#call.cancel();
  }

  /** All secrets so far, the last of each name. */
  get secrets(): ReadonlyMap<string, TakenSecret> {
    return new Map(this.heard.flatMap(({ secrets }) => [...secrets]));
  }
}

function heardIn(message: ResponseMessage): Heard {
  const secrets = new Map<string, TakenSecret>();
  const versions: Record<string, string> = {};
  for (const resource of message.resources) {
    const secret = "resource" in resource ? resource.resource : resource;
    if (secret["@type"] !== secretType) throw new Error(`${secret["@type"]} is no secret.`);
    const { certificateChain, privateKey } = secret.tlsCertificate;
    secrets.set(secret.name, { chainPem: textOf(certificateChain), keyPem: textOf(privateKey) });
    if ("resource" in resource) versions[secret.name] = resource.version;
  }
  const version = message.versionInfo ?? message.systemVersionInfo ?? "";
  return { version, nonce: message.nonce, secrets, versions, removed: message.removedResources ?? [] };
}

const textOf = ({ inlineBytes }: Inline): string => Buffer.from(inlineBytes, "base64").toString();
