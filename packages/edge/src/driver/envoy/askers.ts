import type { SecretStream } from "./secret-stream.ts";

/** A name as one stream has asked for it. */
export interface Asker {
  readonly name: string;
  readonly stream: SecretStream;
}

/** Who has asked for which names, found by a certificate's names: a wildcard's are all that were asked for below it. */
export class Askers {
  readonly #byName = new Map<string, Map<SecretStream, Set<string>>>();

  add({ name, stream }: Asker): void {
    for (const key of keysOf(name)) {
      const streams = this.#byName.get(key) ?? new Map<SecretStream, Set<string>>();
      this.#byName.set(key, streams);
      const asked = streams.get(stream) ?? new Set();
      streams.set(stream, asked.add(name));
    }
  }

  delete({ name, stream }: Asker): void {
    for (const key of keysOf(name)) {
      const streams = this.#byName.get(key);
      const asked = streams?.get(stream);
      asked?.delete(name);
      if (asked?.size === 0) streams?.delete(stream);
      if (streams?.size === 0) this.#byName.delete(key);
    }
  }

  /** @returns the names that each stream has asked for and a certificate for these names could be served for. */
  of(names: readonly string[]): ReadonlyMap<SecretStream, ReadonlySet<string>> {
    const found = new Map<SecretStream, Set<string>>();
    for (const key of names) {
      for (const [stream, asked] of this.#byName.get(key) ?? []) {
        found.set(stream, new Set([...(found.get(stream) ?? []), ...asked]));
      }
    }
    return found;
  }
}

/** Under which names of certificates an asked one is found. */
function keysOf(asked: string): readonly string[] {
  const name = asked.toLowerCase().replace(/\.$/, "");
  const dot = name.indexOf(".");
  return name.startsWith("*.") || dot === -1 ? [name] : [name, `*${name.slice(dot)}`];
}
