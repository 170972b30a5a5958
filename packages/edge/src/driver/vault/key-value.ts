import { at, type StoreAnswer, type VaultBody, type VaultSession } from "@certmill/stores";

/** What is ours of an entry, in its custom metadata: nobody needs to read its content to compare. */
export interface Mark {
  readonly lineageId: string;
  readonly serial: string;
  /** The version that we wrote, or are about to write. */
  readonly version: number;
}

export interface Entry {
  readonly name: string;
  readonly currentVersion: number;
  /** Whether its current version was deleted or destroyed, which leaves the entry there. */
  readonly isDeleted: boolean;
  /** Null: it was never ours. */
  readonly mark: Mark | null;
}

type Answer<T> = Exclude<StoreAnswer<T>, { kind: "busy" }>;

/** A prefix of a key-value store of version 2 (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2). */
export class KeyValue {
  readonly #session: VaultSession;
  readonly #mount: string;
  readonly #prefix: string;

  constructor(session: VaultSession, mount: string, prefix: string) {
    this.#session = session;
    this.#mount = mount;
    this.#prefix = prefix;
  }

  /** As people call it, and as `vault kv get` takes it. */
  placeOf(name: string): string {
    return `${this.#mount}/${this.#prefix}/${name}`;
  }

  /** The names of all entries. */
  async names(signal: AbortSignal): Promise<Answer<readonly string[]>> {
    const path = `${this.#mount}/metadata/${this.#prefix}?list=true`;
    const answer = await this.#session.call({ method: "GET", path }, signal);
    // Nothing is listed by 404.
    if (answer.kind === "refused" && answer.status === 404) return { kind: "answered", value: [] };
    if (answer.kind !== "answered") return answer;
    const keys = at(answer.value, "data", "keys");
    const names = Array.isArray(keys) ? keys.map(String).filter((key) => !key.endsWith("/")) : [];
    return { kind: "answered", value: names };
  }

  /** Null: there is none. */
  async entry(name: string, signal: AbortSignal): Promise<Answer<Entry | null>> {
    const answer = await this.#session.call({ method: "GET", path: this.#path("metadata", name) }, signal);
    if (answer.kind === "refused" && answer.status === 404) return { kind: "answered", value: null };
    return answer.kind === "answered" ? { kind: "answered", value: entryOf(name, answer.value) } : answer;
  }

  async mark(
    name: string,
    { lineageId, serial, version }: Mark,
    signal: AbortSignal,
  ): Promise<Answer<VaultBody>> {
    const body = {
      custom_metadata: { managed_by: "certmill", lineage: lineageId, serial, version: String(version) },
    };
    return await this.#session.call({ method: "POST", path: this.#path("metadata", name), body }, signal);
  }

  /** Writes the version after `version`, if that is still the current one. */
  async write(name: string, version: number, data: object, signal: AbortSignal): Promise<Answer<VaultBody>> {
    const body = { options: { cas: version }, data };
    return await this.#session.call({ method: "POST", path: this.#path("data", name), body }, signal);
  }

  /** The entry with all its versions. */
  async erase(name: string, signal: AbortSignal): Promise<Answer<VaultBody>> {
    return await this.#session.call({ method: "DELETE", path: this.#path("metadata", name) }, signal);
  }

  #path(kind: "data" | "metadata", name: string): string {
    return `${this.#mount}/${kind}/${this.#prefix}/${encodeURIComponent(name)}`;
  }
}

function entryOf(name: string, body: VaultBody): Entry {
  const current = at(body, "data", "current_version");
  const currentVersion = typeof current === "number" ? current : 0;
  const version = at(body, "data", "versions", String(currentVersion));
  const deletedAt = at(version, "deletion_time");
  const isDeleted = at(version, "destroyed") === true || (typeof deletedAt === "string" && deletedAt !== "");
  return { name, currentVersion, isDeleted, mark: markOf(at(body, "data", "custom_metadata")) };
}

function markOf(custom: unknown): Mark | null {
  const [lineageId, serial, version] = [at(custom, "lineage"), at(custom, "serial"), at(custom, "version")];
  if (at(custom, "managed_by") !== "certmill" || typeof lineageId !== "string") return null;
  return { lineageId, serial: typeof serial === "string" ? serial : "", version: Number(version) };
}
