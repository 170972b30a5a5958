/** One HTTP request of the protocol. */
export interface AcmeHttpRequest {
  readonly method: "GET" | "HEAD" | "POST";
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly signal: AbortSignal | null;
}

/** Its answer, whatever the status; redirects are not followed. */
export interface AcmeHttpResponse {
  readonly status: number;
  readonly headers: AcmeHttpHeaders;
  readonly body: string;
}

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
