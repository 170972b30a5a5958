/**
 * Vault's part for the agent, as its API's documentation has it: a key-value store of version 2 at `secret`, logins by AppRole and
 * Kubernetes, tokens that end. It is no Vault: policies are one prefix, and there is no storage.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";

interface Answer {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the requests that it takes have in their bodies. */
interface Body {
  readonly options?: { readonly cas?: unknown };
  readonly data?: Readonly<Record<string, string>>;
  readonly custom_metadata?: Readonly<Record<string, string>>;
  readonly role_id?: string;
  readonly secret_id?: string;
  readonly role?: string;
  readonly jwt?: string;
}

export interface VaultEntry {
  custom: Readonly<Record<string, string>> | null;
  /** The first is version 1; null: deleted. */
  readonly versions: (Readonly<Record<string, string>> | null)[];
}

export class VaultServer implements AsyncDisposable {
  /** By path behind the mount. */
  readonly entries = new Map<string, VaultEntry>();
  /** Seconds of life of the tokens that were given; absent: none of ours. */
  readonly tokens = new Map<string, number>([["root", 0]]);
  /** `METHOD path` of each request but for logins and health, in order. */
  readonly requests: string[] = [];
  readonly faults: Answer[] = [];
  /** Called before an entry is written. */
  beforeWrite: (path: string) => void = () => undefined;
  clusterId = randomUUID();
  isSealed = false;
  /** Milliseconds that each answer takes. */
  answersAfter = 0;
  lease = 3_600;
  renewals = 0;
  logins = 0;
  /** What a request must name, if it names one. */
  namespace: string | null = null;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  static async open(): Promise<VaultServer> {
    const server = new VaultServer();
    const { promise, resolve } = Promise.withResolvers<void>();
    server.#server.listen(0, "127.0.0.1", resolve);
    await promise;
    return server;
  }

  get address(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  /** Somebody writes. */
  write(path: string, data: Readonly<Record<string, string>>): void {
    const entry = this.entries.get(path) ?? { custom: null, versions: [] };
    entry.versions.push(data);
    this.entries.set(path, entry);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const given = await text(request);
    await setTimeout(this.answersAfter);
    const { status, body, headers } = this.#answer(request, given === "" ? {} : JSON.parse(given));
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }

  #answer({ method = "", url = "", headers }: IncomingMessage, body: Body): Answer {
    const { pathname, searchParams } = new URL(url, "http://vault");
    const path = decodeURIComponent(pathname.replace(/^\/v1\//, ""));
    if (headers["x-vault-request"] !== "true") return failed(400, "missing X-Vault-Request");
    if (path === "sys/health") {
      const status = this.isSealed ? 503 : 200;
      return { status, body: { initialized: true, sealed: this.isSealed, cluster_id: this.clusterId } };
    }
    if (this.isSealed) return failed(503, "Vault is sealed");
    if (this.namespace !== null && headers["x-vault-namespace"] !== this.namespace)
      return failed(404, "no handler");
    if (path.startsWith("auth/") && path.endsWith("/login")) return this.#login(path, body);
    const token = String(headers["x-vault-token"] ?? "");
    if (!this.tokens.has(token)) return failed(403, "permission denied");
    if (path === "auth/token/lookup-self")
      return { status: 200, body: { data: { ttl: this.tokens.get(token) } } };
    if (path === "auth/token/renew-self") return this.#renew(token);
    this.requests.push(`${method} ${path}`);
    const fault = this.faults.shift();
    if (fault !== undefined) return fault;
    if (path.startsWith("sys/internal/ui/mounts/secret"))
      return { status: 200, body: { data: { path: "secret/", type: "kv", options: { version: "2" } } } };
    const [, kind, name = ""] = /^secret\/(data|metadata)\/(.*)$/.exec(path) ?? [];
    if (kind === "metadata" && searchParams.get("list") === "true") return this.#list(name);
    if (kind === "metadata") return this.#metadata(method, name, body);
    if (kind === "data" && method === "POST") return this.#write(name, body);
    if (kind === "data" && method === "GET") return this.#read(name);
    return failed(404, `no handler for route "${path}"`);
  }

  #login(path: string, body: Body): Answer {
    const isTaken =
      path === "auth/approle/login"
        ? body.role_id === "a-role" && body.secret_id === "a-secret"
        : path === "auth/kubernetes/login" && body.role === "edge" && body.jwt === "a-jwt";
    if (!isTaken) return failed(400, "invalid role or secret ID");
    this.logins += 1;
    const token = `token-${this.logins}`;
    this.tokens.set(token, this.lease);
    return this.#auth(token);
  }

  #renew(token: string): Answer {
    if (this.tokens.get(token) === 0) return failed(400, "lease is not renewable");
    this.renewals += 1;
    return this.#auth(token);
  }

  #auth(token: string): Answer {
    return {
      status: 200,
      body: { auth: { client_token: token, lease_duration: this.lease, renewable: true } },
    };
  }

  #list(prefix: string): Answer {
    const start = prefix === "" ? "" : `${prefix}/`;
    const inside = [...this.entries.keys()].filter((path) => path.startsWith(start));
    // Folders end in a slash, and are told once.
    const keys = [...new Set(inside.map((path) => path.slice(start.length).replace(/\/.*$/, "/")))];
    return keys.length === 0
      ? { status: 404, body: { errors: [] } }
      : { status: 200, body: { data: { keys } } };
  }

  #metadata(method: string, name: string, body: Body): Answer {
    const entry = this.entries.get(name);
    if (method === "DELETE") {
      this.entries.delete(name);
      return { status: 204 };
    }
    if (method === "POST") {
      const custom = body.custom_metadata ?? {};
      const faults = Object.entries<unknown>(custom).filter(
        ([key, value]) => key.length > 128 || typeof value !== "string" || value.length > 512,
      );
      if (faults.length > 0) return failed(400, "custom_metadata validation failed");
      this.entries.set(name, { custom, versions: entry?.versions ?? [] });
      return { status: 204 };
    }
    if (entry === undefined) return { status: 404, body: { errors: [] } };
    const versions = Object.fromEntries(
      entry.versions.map((data, index) => [
        String(index + 1),
        {
          created_time: "2026-11-27T00:00:00Z",
          deletion_time: data === null ? "2026-11-27T00:00:00Z" : "",
          destroyed: false,
        },
      ]),
    );
    const data = { current_version: entry.versions.length, custom_metadata: entry.custom, versions };
    return { status: 200, body: { data } };
  }

  #read(name: string): Answer {
    const data = this.entries.get(name)?.versions.at(-1) ?? null;
    return data === null ? { status: 404, body: { errors: [] } } : { status: 200, body: { data: { data } } };
  }

  #write(name: string, body: Body): Answer {
    this.beforeWrite(name);
    const entry = this.entries.get(name) ?? { custom: null, versions: [] };
    const cas = body.options?.cas;
    if (typeof cas !== "number") return failed(400, "check-and-set parameter required for this call");
    if (cas !== entry.versions.length)
      return failed(400, "check-and-set parameter did not match the current version");
    entry.versions.push(body.data ?? {});
    this.entries.set(name, entry);
    return { status: 200, body: { data: { version: entry.versions.length } } };
  }
}

export const failed = (status: number, error: string): Answer => ({ status, body: { errors: [error] } });
