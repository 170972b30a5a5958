/**
 * An API server's part for Secrets of one namespace, over TLS with a bearer token: what comes is held against Kubernetes' published
 * OpenAPI, and its rules of server-side apply are kept. It is no Kubernetes.
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { parse } from "yaml";
import { objectFaults } from "../../../../tools/kubernetes/object-faults.ts";
import { type SecretObject, StoredSecret } from "./stored-secret.ts";
import type { TestCa } from "./test-ca.ts";

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Request {
  readonly method: string;
  /** Of the Secret; empty: of all. */
  readonly name: string;
  readonly query: URLSearchParams;
  readonly type: string;
  readonly accept: string;
  readonly body: string;
}

export class ApiServer implements AsyncDisposable {
  readonly token = "a-token";
  readonly namespace = "shops";
  readonly secrets = new Map<string, StoredSecret>();
  /** `METHOD NAME` of each request, in order. */
  readonly requests: string[] = [];
  namespaceUid: string | null = randomUUID();
  /** Answered in place of the next requests. */
  readonly faults: Answer[] = [];
  /** At most in one page of a list, whatever is asked for. */
  pageSize = 500;
  readonly #rootPem: string;
  readonly #server;
  #version = 0;

  private constructor(ca: TestCa) {
    const { chainPem, keyPem } = ca.issue(["localhost"]);
    this.#rootPem = ca.rootPem;
    this.#server = createServer({ cert: chainPem, key: keyPem }, (request, response) => {
      void this.#serve(request, response);
    });
  }

  static async open(ca: TestCa): Promise<ApiServer> {
    const server = new ApiServer(ca);
    const { promise, resolve } = Promise.withResolvers<void>();
    server.#server.listen(0, "127.0.0.1", resolve);
    await promise;
    return server;
  }

  /** A kubeconfig for it. */
  kubeconfig(token = this.token): string {
    const { port } = this.#server.address() as AddressInfo;
    const authority = Buffer.from(this.#rootPem).toString("base64");
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: "c",
          cluster: { server: `https://localhost:${port}`, "certificate-authority-data": authority },
        },
      ],
      users: [{ name: "u", user: { token } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u", namespace: this.namespace } }],
      "current-context": "x",
    });
  }

  /** Somebody writes, without server-side apply. */
  write(name: string, manager: string, object: SecretObject): void {
    const secret = this.secrets.get(name) ?? new StoredSecret(name, randomUUID());
    secret.update(manager, object);
    this.#store(secret);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(incoming);
    const answer = this.#answer(incoming, body);
    response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
    response.end(JSON.stringify(answer.body));
  }

  #answer({ method = "", url = "", headers }: IncomingMessage, body: string): Answer {
    const { pathname, searchParams: query } = new URL(url, "https://localhost");
    const [, resource, namespace, secrets, name = ""] =
      /^\/api\/v1\/(namespaces)\/([^/]+)(\/secrets)?(?:\/([^/]+))?$/.exec(pathname) ?? [];
    this.requests.push(`${method} ${name === "" ? (secrets ?? resource ?? pathname) : name}`);
    const fault = this.faults.shift();
    if (fault !== undefined) return fault;
    if (headers.authorization !== `Bearer ${this.token}`) return failure(401, "Unauthorized", "Unauthorized");
    if (namespace !== this.namespace || this.namespaceUid === null)
      return failure(404, "NotFound", `namespaces "${namespace}" not found`);
    if (secrets === undefined) return this.#readNamespace();
    const request = {
      method,
      name,
      query,
      type: headers["content-type"] ?? "",
      accept: headers.accept ?? "",
      body,
    };
    if (method === "PATCH") return this.#apply(request);
    if (method === "DELETE") return this.#delete(request);
    if (method === "GET" && name === "") return this.#list(request);
    return failure(405, "MethodNotAllowed", `${method} is not for ${pathname}`);
  }

  #readNamespace(): Answer {
    const metadata = { name: this.namespace, uid: this.namespaceUid };
    return { status: 200, body: { apiVersion: "v1", kind: "Namespace", metadata } };
  }

  #apply({ name, query, type, body }: Request): Answer {
    if (type !== "application/apply-patch+yaml") return failure(415, "UnsupportedMediaType", type);
    const manager = query.get("fieldManager");
    if (manager === null) return failure(422, "Invalid", "fieldManager is required for apply patch");
    const object = parse(body) as SecretObject;
    const present = this.secrets.get(name);
    const faults = [...objectFaults(object), ...secretFaults(object, name)];
    if (present !== undefined && object.type !== present.type) faults.push("type: field is immutable");
    if (faults.length > 0)
      return failure(422, "Invalid", `Secret "${name}" is invalid: ${faults.join("; ")}`);
    const conflicts = query.get("force") === "true" ? [] : (present?.conflicts(manager, object) ?? []);
    if (conflicts.length > 0) {
      const causes = conflicts.map(({ manager: other, field }) => ({
        reason: "FieldManagerConflict",
        message: `conflict with "${other}" using v1`,
        field,
      }));
      return failure(409, "Conflict", `Apply failed with ${causes.length} conflicts`, { causes });
    }
    const secret = present ?? new StoredSecret(name, randomUUID());
    secret.apply(manager, object);
    this.#store(secret);
    return { status: present === undefined ? 201 : 200, body: this.#whole(secret) };
  }

  #delete({ name, body }: Request): Answer {
    const secret = this.secrets.get(name);
    if (secret === undefined) return failure(404, "NotFound", `secrets "${name}" not found`);
    const options = JSON.parse(body);
    const faults = objectFaults(options);
    if (faults.length > 0) return failure(400, "BadRequest", faults.join("; "));
    const { uid = secret.uid, resourceVersion = String(secret.resourceVersion) } =
      options.preconditions ?? {};
    if (uid !== secret.uid || resourceVersion !== String(secret.resourceVersion))
      return failure(409, "Conflict", "Precondition failed: UID or resourceVersion");
    this.secrets.delete(name);
    return { status: 200, body: { apiVersion: "v1", kind: "Status", metadata: {}, status: "Success" } };
  }

  #list({ query, accept }: Request): Answer {
    const selector = (query.get("labelSelector") ?? "").split(",").map((part) => part.split("="));
    const from = Number(query.get("continue") ?? 0);
    const all = [...this.secrets.values()].filter(({ labels }) =>
      selector.every(([key = "", value]) => labels[key] === value),
    );
    const limit = Math.min(Number(query.get("limit") ?? this.pageSize), this.pageSize);
    const page = all.slice(from, from + limit);
    const remaining = all.length - from - page.length;
    const metadata = remaining > 0 ? { continue: String(from + limit), remainingItemCount: remaining } : {};
    if (!accept.includes("as=PartialObjectMetadataList")) {
      const items = page.map((secret) => this.#whole(secret));
      return { status: 200, body: { apiVersion: "v1", kind: "SecretList", metadata, items } };
    }
    const items = page.map((secret) => ({ metadata: secret.metadata(this.namespace) }));
    const body = { apiVersion: "meta.k8s.io/v1", kind: "PartialObjectMetadataList", metadata, items };
    return { status: 200, body };
  }

  #store(secret: StoredSecret): void {
    this.#version += 1;
    secret.resourceVersion = this.#version;
    this.secrets.set(secret.name, secret);
  }

  #whole(secret: StoredSecret): object {
    const { data, type } = secret;
    return { apiVersion: "v1", kind: "Secret", metadata: secret.metadata(this.namespace), type, data };
  }
}

/** A failure as the API's conventions have it. */
export const failure = (code: number, reason: string, message: string, details: object = {}): Answer => ({
  status: code,
  body: { apiVersion: "v1", kind: "Status", metadata: {}, status: "Failure", code, reason, message, details },
});

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const labelValue = /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/;
const qualifiedKey = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;

/** What an API server looks at beside the schema. */
function secretFaults({ metadata, type, data = {} }: SecretObject, name: string): string[] {
  const { labels = {}, annotations = {} } = metadata ?? {};
  const faults: string[] = [];
  if (metadata?.name !== name || !subdomain.test(name) || name.length > 253) faults.push("metadata.name");
  for (const key of [...Object.keys(labels), ...Object.keys(annotations)])
    if (!qualifiedKey.test(key)) faults.push(`metadata: ${key}`);
  for (const value of Object.values(labels))
    if (!labelValue.test(value)) faults.push(`metadata.labels: ${value}`);
  for (const key of Object.keys(data)) if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key)) faults.push(`data[${key}]`);
  const size = Object.values(data).reduce((sum, value) => sum + Buffer.byteLength(value, "base64"), 0);
  if (size > 1_048_576) faults.push("data: Too long: may not be more than 1048576 bytes");
  if (JSON.stringify(annotations).length > 262_144) faults.push("metadata.annotations: Too long");
  if (type === "kubernetes.io/tls" && (data["tls.crt"] === undefined || data["tls.key"] === undefined))
    faults.push("data: Required value: tls.crt and tls.key");
  return faults;
}
