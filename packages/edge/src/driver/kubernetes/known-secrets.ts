import type { KnownSecret } from "./tls-secret.ts";

/**
 * The Secrets of each lineage, as they were last seen: usually one, and another beside it when its first name has changed and the
 * older one is not deleted yet. A list of one lineage's would cost the API server as much as a list of all.
 */
export class KnownSecrets {
  readonly #byLineage = new Map<string, Map<string, KnownSecret>>();

  replaceAll(secrets: readonly KnownSecret[]): void {
    this.#byLineage.clear();
    for (const secret of secrets) this.add(secret);
  }

  add(secret: KnownSecret): void {
    const ofLineage = this.#byLineage.get(secret.lineageId) ?? new Map<string, KnownSecret>();
    this.#byLineage.set(secret.lineageId, ofLineage.set(secret.name, secret));
  }

  forget({ lineageId, name }: KnownSecret): void {
    const ofLineage = this.#byLineage.get(lineageId);
    ofLineage?.delete(name);
    if (ofLineage?.size === 0) this.#byLineage.delete(lineageId);
  }

  of(lineageId: string): readonly KnownSecret[] {
    return [...(this.#byLineage.get(lineageId)?.values() ?? [])];
  }

  /** What is served of each lineage; whose Secrets are to be put right has a serial that no certificate has. */
  serials(): ReadonlyMap<string, string> {
    const serialOf = (secrets: Map<string, KnownSecret>): string => {
      const [only, ...others] = secrets.values();
      return others.length > 0 ? "several" : (only?.serial ?? "overwritten");
    };
    return new Map([...this.#byLineage].map(([lineageId, secrets]) => [lineageId, serialOf(secrets)]));
  }
}
