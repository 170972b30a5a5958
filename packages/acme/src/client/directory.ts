import { AcmeError } from "../wire/acme-error.ts";
import { JsonRecord } from "../wire/json-record.ts";
import { unlessAborted } from "../wire/unless-aborted.ts";

/** What a CA offers and where, RFC 8555 section 7.1.1. `null`: the CA does not offer it. */
export interface Directory {
  /** RFC 8555 section 7.2. */
  readonly newNonce: string;
  /** RFC 8555 section 7.3. */
  readonly newAccount: string;
  /** RFC 8555 section 7.4. */
  readonly newOrder: string;
  /** Pre-authorization, RFC 8555 section 7.4.1. */
  readonly newAuthz: string | null;
  /** RFC 8555 section 7.6. */
  readonly revokeCert: string | null;
  /** RFC 8555 section 7.3.5. */
  readonly keyChange: string | null;
  /** RFC 9773. */
  readonly renewalInfo: string | null;
  /** What the CA says of itself. */
  readonly meta: DirectoryMeta;
}

/** What a CA says of itself (RFC 8555 section 7.1.1). */
export interface DirectoryMeta {
  /** A page to be agreed to before there is an account; null: none. */
  readonly termsOfService: string | null;
  /** A page about the CA; null: none. */
  readonly website: string | null;
  /** The names that CAA records may hold for this CA. */
  readonly caaIdentities: readonly string[];
  /** Whether a new account needs an external account binding; some CAs say no and mean yes. */
  readonly externalAccountRequired: boolean;
  /** Description by name (draft-ietf-acme-profiles); empty when the CA has none. */
  readonly profiles: Readonly<Record<string, string>>;
}

/** @throws AcmeError `bad-response`. */
export function parseDirectory(text: string): Directory {
  const directory = JsonRecord.parse(text, "directory");
  return {
    newNonce: directory.url("newNonce"),
    newAccount: directory.url("newAccount"),
    newOrder: directory.url("newOrder"),
    newAuthz: directory.urlOrNull("newAuthz"),
    revokeCert: directory.urlOrNull("revokeCert"),
    keyChange: directory.urlOrNull("keyChange"),
    renewalInfo: directory.urlOrNull("renewalInfo"),
    meta: readMeta(directory.recordOrNull("meta") ?? new JsonRecord({}, "directory.meta")),
  };
}

/**
 * The URL of a resource that not every CA has.
 *
 * @throws AcmeError `not-offered`.
 */
export function offered(
  directory: Directory,
  resource: "newAuthz" | "revokeCert" | "keyChange" | "renewalInfo",
): string {
  const url = directory[resource];
  if (url === null) throw new AcmeError("not-offered", `${resource}: this CA does not offer it`);
  return url;
}

function readMeta(meta: JsonRecord): DirectoryMeta {
  return {
    termsOfService: meta.stringOrNull("termsOfService"),
    website: meta.stringOrNull("website"),
    caaIdentities: meta.strings("caaIdentities"),
    externalAccountRequired: meta.booleanOrNull("externalAccountRequired") ?? false,
    profiles: meta.recordOrNull("profiles")?.stringMembers() ?? {},
  };
}

/** A long-lived process sees a CA's new profile or terms within this time, in milliseconds. */
const LIFETIME = 60 * 60 * 1_000;

/** One fetch of the directory an hour, however many wait for it. A failed fetch is not remembered. */
export class DirectoryCache {
  readonly #fetch: () => Promise<Directory>;
  readonly #now: () => number;
  #cached: { readonly directory: Directory; readonly fetchedAt: number } | null = null;
  #underWay: Promise<Directory> | null = null;

  constructor(fetch: () => Promise<Directory>, now: () => number) {
    this.#fetch = fetch;
    this.#now = now;
  }

  async get(signal?: AbortSignal): Promise<Directory> {
    const cached = this.#cached;
    if (cached !== null && this.#now() - cached.fetchedAt < LIFETIME) return cached.directory;
    this.#underWay ??= this.#refresh();
    return unlessAborted(this.#underWay, signal);
  }

  async #refresh(): Promise<Directory> {
    try {
      const directory = await this.#fetch();
      this.#cached = { directory, fetchedAt: this.#now() };
      return directory;
    } finally {
      this.#underWay = null;
    }
  }
}
