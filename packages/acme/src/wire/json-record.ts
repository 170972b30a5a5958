import { AcmeError } from "./acme-error.ts";
import { isInCalendar } from "./calendar.ts";
import { secureUrl } from "./secure-url.ts";

/**
 * A JSON object from a CA, read member by member. What is read must have the right shape, what is not read may
 * be anything, and a `null` member counts as absent, as some CAs write it.
 *
 * Every method throws AcmeError `bad-response`, naming the member, when the shape is wrong.
 */
export class JsonRecord {
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #what: string;

  /** @param what names the object in error messages, such as "order". */
  constructor(value: unknown, what: string) {
    if (!isObject(value)) throw new AcmeError("bad-response", `${what}: not a JSON object`);
    this.#members = value;
    this.#what = what;
  }

  static parse(text: string, what: string): JsonRecord {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw new AcmeError("bad-response", `${what}: not JSON`, { cause });
    }
    return new JsonRecord(value, what);
  }

  string(key: string): string {
    return this.stringOrNull(key) ?? this.#reject(key, "is missing");
  }

  stringOrNull(key: string): string | null {
    const value = this.#members[key] ?? null;
    return value === null || typeof value === "string" ? value : this.#reject(key, "is not a string");
  }

  /** One of a closed set of words, such as a status. */
  word<const W extends string>(key: string, words: readonly W[]): W {
    const value = this.string(key);
    const word = words.find((known) => known === value);
    return (
      word ?? this.#reject(key, `is ${JSON.stringify(value.slice(0, 40))}, not one of ${words.join(", ")}`)
    );
  }

  booleanOrNull(key: string): boolean | null {
    const value = this.#members[key] ?? null;
    return value === null || typeof value === "boolean" ? value : this.#reject(key, "is not a boolean");
  }

  /** An absolute URL that may be talked to; see {@link secureUrl}. */
  url(key: string): string {
    return this.urlOrNull(key) ?? this.#reject(key, "is missing");
  }

  urlOrNull(key: string): string | null {
    const text = this.stringOrNull(key);
    if (text === null) return null;
    return secureUrl(text) ?? this.#reject(key, "is not an absolute https URL");
  }

  /**
   * An RFC 3339 instant in milliseconds since the epoch, of the years 1 to 9999; null when absent or unreadable (it only
   * informs).
   */
  instantOrNull(key: string): number | null {
    const value = this.#members[key];
    const instant = typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : NaN;
    return isInCalendar(instant) ? instant : null;
  }

  /** A member that is handed on unread, as an embedded problem document is; null when absent. */
  valueOrNull(key: string): unknown {
    return this.#members[key] ?? null;
  }

  record(key: string): JsonRecord {
    return this.recordOrNull(key) ?? this.#reject(key, "is missing");
  }

  recordOrNull(key: string): JsonRecord | null {
    const value = this.#members[key] ?? null;
    return value === null ? null : new JsonRecord(value, `${this.#what}.${key}`);
  }

  records(key: string): readonly JsonRecord[] {
    return this.#list(key).map((item, index) => new JsonRecord(item, `${this.#what}.${key}[${index}]`));
  }

  urls(key: string): readonly string[] {
    return this.strings(key).map(
      (text) => secureUrl(text) ?? this.#reject(key, "holds no absolute https URL"),
    );
  }

  /** An absent list is an empty one. */
  strings(key: string): readonly string[] {
    return this.#list(key).map((item) => {
      return typeof item === "string" ? item : this.#reject(key, "holds something that is not a string");
    });
  }

  /** The members that are strings, by name. */
  stringMembers(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      Object.entries(this.#members).filter(
        (entry): entry is [string, string] => typeof entry[1] === "string",
      ),
    );
  }

  #list(key: string): readonly unknown[] {
    const value = this.#members[key] ?? [];
    return Array.isArray(value) ? value : this.#reject(key, "is not a list");
  }

  #reject(key: string, fault: string): never {
    throw new AcmeError("bad-response", `${this.#what}: ${JSON.stringify(key)} ${fault}`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
