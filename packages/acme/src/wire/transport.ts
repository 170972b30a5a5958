/** One HTTP request of the protocol. */
export interface AcmeHttpRequest {
  /** POST for everything but the directory, nonces and renewal information (RFC 8555 section 6.3). */
  readonly method: "GET" | "HEAD" | "POST";
  /** Absolute; to be asked for letter by letter, as it is signed (RFC 8555 section 6.4). */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JWS; null for GET and HEAD. */
  readonly body: string | null;
  /** Ends the request early with its reason; null when nobody can. */
  readonly signal: AbortSignal | null;
}

/** Its answer, whatever the status; redirects are not followed. */
export interface AcmeHttpResponse {
  /** Of HTTP, 200 to 599. */
  readonly status: number;
  /** Its header fields, trailers not among them. */
  readonly headers: AcmeHttpHeaders;
  /** The whole body as UTF-8; never a part of it. */
  readonly body: string;
}

/** The header fields of an answer. */
export interface AcmeHttpHeaders {
  /**
   * @param name in lower case.
   * @returns the value, several ones joined by ", "; null when absent.
   */
  get(name: string): string | null;
}

/**
 * The one port to the network. Rejects when there is no whole answer; it must have a deadline of its own, as
 * some requests are made for several callers and follow no caller's signal.
 */
export type Transport = (request: AcmeHttpRequest) => Promise<AcmeHttpResponse>;
