import type { Delivery } from "../driver.ts";

/** The one router that leads every challenge to the responders. */
export interface ChallengeRouter {
  /** URLs such as `http://10.0.0.1:8402`, at least one. */
  readonly responders: readonly string[];
  /** The entry point of port 80, `web` in most configurations. */
  readonly entryPoint: string;
}

interface Entry {
  readonly names: readonly string[];
  readonly json: string;
}

/** A certificate as the document has it. */
export type Configured = Pick<Delivery, "lineageId" | "names" | "twinOf" | "pair">;

/**
 * Traefik's dynamic configuration in JSON, with certificates inline: a file that changes under its path is not noticed.
 * The same certificates give the same bytes, by which Traefik tells that there is nothing new. Of certificates for the same names it
 * takes one, so of a pair the document has the RSA one, which every client verifies.
 */
export class DynamicConfiguration {
  readonly #challenges: object;
  readonly #entries = new Map<string, Entry>();
  /** The RSA lineages of pairs, by the P-256 ones whose names they have. */
  readonly #twins = new Map<string, string>();
  #text: Buffer | null = null;

  /** @param challenges null: somebody else routes challenges. */
  constructor(challenges: ChallengeRouter | null) {
    this.#challenges = challenges === null ? {} : { http: routeOf(challenges) };
  }

  get size(): number {
    return this.#entries.size;
  }

  clear(): void {
    this.#entries.clear();
    this.#twins.clear();
    this.#text = null;
  }

  put({ lineageId, names, twinOf, pair: { chainPem, keyPem } }: Configured): void {
    this.#entries.set(lineageId, { names, json: JSON.stringify({ certFile: chainPem, keyFile: keyPem }) });
    if (twinOf !== null) this.#twins.set(twinOf, lineageId);
    this.#text = null;
  }

  remove(lineageId: string): void {
    for (const [of, twin] of this.#twins) if (twin === lineageId) this.#twins.delete(of);
    if (this.#entries.delete(lineageId)) this.#text = null;
  }

  text(): Buffer {
    this.#text ??= this.#write();
    return this.#text;
  }

  /** Whether the RSA certificate of its pair has all of its names, which it has not while names are added. */
  #isBehindTwin(lineageId: string, { names }: Entry): boolean {
    const twin = this.#entries.get(this.#twins.get(lineageId) ?? "");
    return twin !== undefined && names.every((name) => twin.names.includes(name));
  }

  #write(): Buffer {
    const entries = [...this.#entries]
      .filter(([lineageId, entry]) => !this.#isBehindTwin(lineageId, entry))
      .sort(([one], [other]) => (one < other ? -1 : 1));
    const certificates = `{"certificates":[${entries.map(([, { json }]) => json).join(",")}]}`;
    const fields = [
      ...Object.entries(this.#challenges).map(([name, value]) => `"${name}":${JSON.stringify(value)}`),
      // What has nothing in it is left out.
      ...(entries.length === 0 ? [] : [`"tls":${certificates}`]),
    ];
    return Buffer.from(`{${fields.join(",")}}\n`);
  }
}

const challengePath = "/.well-known/acme-challenge/";

/** Above a router's length, which is its priority by default; an entry point's own redirect has a higher one still. */
const priority = 100_000;

const routeOf = ({ responders, entryPoint }: ChallengeRouter): object => ({
  routers: {
    "certmill-challenge": {
      rule: `PathPrefix(\`${challengePath}\`)`,
      priority,
      entryPoints: [entryPoint],
      service: "certmill-responder",
    },
  },
  services: {
    "certmill-responder": {
      loadBalancer: {
        passHostHeader: true,
        // Where no token is asked for a responder says 404: it is there.
        healthCheck: { path: challengePath, status: 404, interval: "2s", timeout: "1s" },
        servers: responders.map((url) => ({ url })),
      },
    },
  },
});
